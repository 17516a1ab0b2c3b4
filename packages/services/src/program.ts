import { spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const startTimeoutMs = 30_000

/** A process that this one started. */
export interface Program {
  readonly pid: number
  /** Resolves when it has ended, by itself or not. */
  readonly ended: Promise<void>
  /** @param signal default SIGTERM */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/**
 * Starts a program and waits until it takes connections.
 * @returns undefined where the machine has no such program
 * @throws where it ends before it listens, or takes no connections for half a minute
 */
export async function startProgram(
  command: string,
  args: readonly string[],
  port: number,
  options: SpawnOptions = {},
): Promise<Program | undefined> {
  const child = spawn(command, args, { stdio: 'ignore', ...options })
  const isThere = await once(child, 'spawn').then(
    () => true,
    () => false,
  )
  if (!isThere) return undefined
  let hasEnded = false
  const ended = once(child, 'exit').then(() => void (hasEnded = true))
  const deadline = performance.now() + startTimeoutMs
  while (!(await takesConnections(port))) {
    if (hasEnded) throw new Error(`${command} ended before it listened on port ${port}`)
    if (performance.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`${command} took no connections on port ${port}`)
    }
    await delay(20)
  }
  return {
    pid: child.pid ?? 0,
    ended,
    stop: async (signal = 'SIGTERM') => {
      if (!hasEnded) child.kill(signal)
      await ended
    },
  }
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  // Where nobody listens, a connection may be made to itself.
  const isSelf = socket.localPort === port
  socket.destroy()
  return isOpen && !isSelf
}
