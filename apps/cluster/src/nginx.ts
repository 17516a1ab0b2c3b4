import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startProgram, type Program } from 'services'

const template = resolve(import.meta.dirname, '../../../deploy/nginx.conf.template')

/**
 * The machine's nginx, with the configuration that compose.yaml uses.
 * @throws where there is none
 */
export async function startNginx(port: number, serverPorts: readonly number[]): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'assistant-ui-proxy-nginx-'))
  // Started by root, its workers are somebody else.
  await chmod(folder, 0o755)
  const servers = serverPorts.map((serverPort) => `server 127.0.0.1:${serverPort};`).join('\n  ')
  const site = (await readFile(template, 'utf8'))
    .replace('${LISTEN};', `127.0.0.1:${port};`)
    .replace(/^ {2}\$\{SERVERS\}/m, `  ${servers}`)
  const config = join(folder, 'nginx.conf')
  await writeFile(config, configAround(site, folder))
  const nginx = await startProgram('nginx', ['-e', 'stderr', '-c', config], port)
  if (nginx === undefined)
    throw new Error('There is no nginx here: install it (on Debian: apt-get install nginx-light)')
  void nginx.ended.then(() => rm(folder, { recursive: true, force: true }))
  return nginx
}

function configAround(site: string, folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `  ${kind}_temp_path ${join(folder, kind)};`)
    .join('\n')
  return `daemon off;
pid ${join(folder, 'nginx.pid')};
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
${temporary}
${site}
}
`
}
