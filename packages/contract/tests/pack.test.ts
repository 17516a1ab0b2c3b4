import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Thread } from '../src/index.ts'
import { createProblem, doneFrame, encodeChunks, eventStreamHeaders } from '../src/index.ts'
import { recordedChunks } from './recorded-chunks.ts'
import { sendJson, startTestServer } from './test-server.ts'

const packageRoot = join(import.meta.dirname, '..')

const tsc = join(packageRoot, 'node_modules/.bin/tsc')

/** An ESM app outside the workspace, with the packed package and what that says it depends on. */
let app: string
let tarball: string

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'contract-consumer-'))
  tarball = await pack(app)
  await cp(join(import.meta.dirname, 'consumer'), app, { recursive: true })
  await writeFile(join(app, 'package.json'), '{"name":"consumer","private":true,"type":"module"}')
  await install(tarball, join(app, 'node_modules'))
}, 60_000)

afterAll(() => rm(app, { recursive: true, force: true }))

describe('the packed package', () => {
  it('holds what was built, the licence and the readme, nothing else', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball], app)
    const paths = stdout.trim().split(/\r?\n/)
    const other = paths.filter((path) => !/^package\/dist\/[\w/-]+\.(js|d\.ts)$/.test(path))
    expect(other.toSorted()).toEqual([
      'package/LICENSE',
      'package/README.md',
      'package/package.json',
    ])
    expect(paths).toContain('package/dist/index.js')
    expect(paths).toContain('package/dist/index.d.ts')
    expect(paths.filter((path) => path.includes('.test.'))).toEqual([])
  })

  it('has nothing that publint complains of', async () => {
    const { buffer } = new Uint8Array(await readFile(tarball))
    const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
  })

  it('names no source in its exports and no catalog in its dependencies', async () => {
    const path = join(app, 'node_modules/@assistant-ui-proxy/contract/package.json')
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Record<string, object>
    expect(manifest['exports']).toEqual({
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    })
    expect(JSON.stringify(manifest['dependencies'])).not.toContain('catalog:')
  })
})

it('asks for the Node that its dependencies ask for, in the readme too', async () => {
  const { dependencies, engines } = await readManifest(packageRoot)
  const folders = Object.keys(dependencies ?? {}).map((name) =>
    join(packageRoot, 'node_modules', name),
  )
  const asked = (await Promise.all(folders.map(readManifest))).flatMap(
    (manifest) => manifest.engines?.node ?? [],
  )
  expect(asked).toEqual([engines?.node])
  const readme = await readFile(join(packageRoot, 'README.md'), 'utf8')
  expect(readme).toContain(`Node ${engines?.node?.replace('>=', '') ?? ''} or newer`)
})

it('names all that it exports in the readme', async () => {
  const readme = await readFile(join(packageRoot, 'README.md'), 'utf8')
  const names = Object.keys(await import('../src/index.ts'))
  expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
})

describe.each(['nodenext', 'bundler'])('an app with moduleResolution %s', (moduleResolution) => {
  const compile = (file: string, ...more: string[]) =>
    run(tsc, [...compilerOptions(moduleResolution), ...more, file], app)

  it('compiles a right program', async () => {
    const { stdout, code } = await compile('chat.ts')
    expect(stdout).toBe('')
    expect(code).toBe(0)
  })

  it('compiles the examples of the readme', async () => {
    const readme = await readFile(join(packageRoot, 'README.md'), 'utf8')
    const examples = [...readme.matchAll(/```ts\n([\s\S]+?)```/g)].map(([, code]) => code ?? '')
    expect(examples).toHaveLength(2)
    for (const example of examples) {
      await writeFile(join(app, 'readme.ts'), example)
      expect((await compile('readme.ts')).stdout).toBe('')
    }
  })

  it('finds no fault in the declarations, but those of ts-rest, which are written for zod 3', async () => {
    const { stdout } = await compile('chat.ts', '--skipLibCheck', 'false')
    const files = [...stdout.matchAll(/^(\S+)\(\d+,\d+\): error TS/gm)].map(([, file]) => file)
    expect(files.filter((file) => !file?.startsWith('node_modules/@ts-rest/core/'))).toEqual([])
    expect(files.length).toBeGreaterThan(0)
  })

  it('does not compile a wrong one', async () => {
    const { stdout, code } = await compile('wrong.ts')
    expect(code).not.toBe(0)
    expect(errorsIn(stdout)).toEqual(await expectedErrors(join(app, 'wrong.ts')))
  })
})

it('an app runs against a server with the types that it was compiled with', async () => {
  const time = '2026-01-01T00:00:00.000Z'
  const thread: Thread = {
    id: 'thread-1',
    title: 'From outside',
    is_archived: false,
    created_at: time,
    updated_at: time,
    last_message_at: time,
  }
  const { url, requests } = await startTestServer((response, { method, path }) => {
    if (path === '/api/chat') {
      response.writeHead(200, eventStreamHeaders)
      response.end(encodeChunks(recordedChunks) + doneFrame)
    } else if (path.endsWith('/missing')) {
      sendJson(response, 404, createProblem('thread_not_found', 'There is no thread missing.'))
    } else if (method === 'POST') {
      sendJson(response, 201, thread)
    } else {
      sendJson(response, 200, [thread])
    }
  })
  await run(tsc, [...compilerOptions('nodenext'), '--noEmit', 'false', 'chat.ts'], app)
  const { stdout, stderr } = await run(process.execPath, ['chat.js', url], app)
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({
    id: 'thread-1',
    titles: ['From outside'],
    types: recordedChunks.map((chunk) => chunk.type),
    text: recordedChunks
      .flatMap((chunk) => (chunk.type === 'text-delta' ? chunk.delta : []))
      .join(''),
    status: 'complete',
    code: 'thread_not_found',
    refusal: 'invalid_request',
  })
  expect(new Set(requests.map(({ headers }) => headers.authorization))).toEqual(
    new Set(['Bearer token']),
  )
})

function compilerOptions(moduleResolution: string): string[] {
  const module = moduleResolution === 'nodenext' ? 'nodenext' : 'esnext'
  const strict = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes']
  const libraries = ['--lib', 'es2024,dom,dom.iterable', '--target', 'es2024', '--types', '']
  const resolution = ['--module', module, '--moduleResolution', moduleResolution]
  return ['--noEmit', '--skipLibCheck', ...strict, ...libraries, ...resolution]
}

/** As `line: code`, in the order of the lines. */
function errorsIn(output: string): string[] {
  return [...output.matchAll(/^wrong\.ts\((\d+),\d+\): error (TS\d+)/gm)].map(
    ([, line, code]) => `${line}: ${code}`,
  )
}

async function expectedErrors(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split(/\r?\n/)
  return lines.flatMap((line, index) => {
    const code = / \/\/ (TS\d+)$/.exec(line)?.[1]
    return code === undefined ? [] : [`${index + 1}: ${code}`]
  })
}

/** As a package manager does, but without a registry: the dependencies come from the workspace. */
async function install(packed: string, modules: string): Promise<void> {
  const folder = join(modules, '@assistant-ui-proxy/contract')
  await mkdir(folder, { recursive: true })
  const unpacking = await run(
    'tar',
    ['-xzf', packed, '-C', folder, '--strip-components=1'],
    modules,
  )
  if (unpacking.code !== 0) throw new Error(`tar failed:\n${unpacking.stderr}`)
  const manifest = await readManifest(folder)
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    const from = await realpath(join(packageRoot, 'node_modules', name))
    await cp(from, join(modules, name), { recursive: true })
  }
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly engines?: { readonly node?: string }
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** @returns the path of the tarball */
async function pack(folder: string): Promise<string> {
  const args = ['pack', '--json', '--pack-destination', folder]
  const [command, ...before] = await findPnpm()
  const { stdout, stderr } = await run(command, [...before, ...args], packageRoot)
  const json = /^\{[\s\S]*\}/m.exec(stdout)?.[0]
  if (json === undefined) throw new Error(`pnpm pack gave no tarball:\n${stdout}\n${stderr}`)
  return (JSON.parse(json) as { filename: string }).filename
}

/** The one that runs this, or, where the tests are run without it, the one that npx has or gets. */
async function findPnpm(): Promise<[string, ...string[]]> {
  const { code } = await run('pnpm', ['--version'], packageRoot)
  return code === 0 ? ['pnpm'] : ['npx', '--yes', 'pnpm']
}

interface Outcome {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | string
}

async function run(command: string, args: readonly string[], cwd: string): Promise<Outcome> {
  // The workspace is installed already, or this test would not run.
  const env = { ...process.env, pnpm_config_verify_deps_before_run: 'false' }
  // Windows finds `npm` and `tsc` through a shell only.
  const shell = process.platform === 'win32'
  try {
    const output = await promisify(execFile)(command, args, { cwd, env, shell })
    return { ...output, code: 0 }
  } catch (error) {
    const { stdout = '', stderr = '', code = 1 } = error as Partial<Outcome>
    return { stdout, stderr, code }
  }
}
