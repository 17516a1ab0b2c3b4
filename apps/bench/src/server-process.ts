import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readdirSync, readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

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
  const port = await freePort()
  const { args, env } = commandFor(port)
  const log = openSync(join(folder, `${name}.log`), 'a')
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env, PORT: String(port), NODE_ENV: 'production' },
    stdio: ['ignore', log, log],
  })
  await untilListening(name, child, port)
  return {
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      if (child.exitCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function untilListening(name: string, child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`${name} ended before it listened; see its log`)
    const socket = connect(port, '127.0.0.1')
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isThere) return
    await delay(50)
  }
  throw new Error(`${name} does not listen on ${port}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
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

/** @returns what of the process is in memory, in KB */
export function memoryKb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}
