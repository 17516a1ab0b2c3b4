import { openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findFreePort, startProgram } from 'services'

export interface ServerProcess {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

/** Starts a server as a process of its own and waits until it takes connections. */
export async function startServer(
  name: string,
  folder: string,
  commandFor: (port: number) => { args: readonly string[]; env?: Record<string, string> },
): Promise<ServerProcess> {
  const port = await findFreePort()
  const { args, env } = commandFor(port)
  const log = openSync(join(folder, `${name}.log`), 'a')
  const program = await startProgram(process.execPath, args, port, {
    env: { ...process.env, ...env, PORT: String(port), NODE_ENV: 'production' },
    stdio: ['ignore', log, log],
  }).catch((cause: unknown) => {
    throw new Error(`${name} did not start`, { cause })
  })
  if (program === undefined) throw new Error(`there is no ${process.execPath}`)
  return { port, pid: program.pid, stop: () => program.stop('SIGKILL') }
}

/**
 * @returns user and system time of all threads so far, in ms. The kernel counts them in ns; what it
 *   tells of the process as a whole is in ticks of 10 ms, a twentieth of what a pipe costs here.
 * @see the kernel's Documentation/scheduler/sched-stats.rst
 */
export function cpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`
  return readdirSync(tasks)
    .map((id) => Number(readFileSync(join(tasks, id, 'schedstat'), 'utf8').split(' ')[0]) / 1e6)
    .reduce((sum, ms) => sum + ms, 0)
}

/** @returns what of the process is in memory, in KiB, which the kernel calls kB */
export function memoryKib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}
