import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort, startProgram, type Program } from 'services'

const serverFolder = resolve(import.meta.dirname, '../../server')

/** One of several servers, as a process of its own; it keeps its port when it comes back. */
export class Replica {
  readonly #env: Readonly<Record<string, string>>
  readonly #args: readonly string[]
  readonly port: number
  #program: Program | undefined

  private constructor(
    port: number,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ) {
    this.port = port
    this.#args = args
    this.#env = env
  }

  /** @param form `source` needs no build, `built` is what production runs */
  static async start(
    form: 'source' | 'built',
    env: Readonly<Record<string, string>>,
  ): Promise<Replica> {
    const args =
      form === 'built'
        ? ['--max-semi-space-size=8', 'dist/main.js']
        : ['--conditions=@assistant-ui-proxy/source', 'src/main.ts']
    const replica = new Replica(await findFreePort(), args, env)
    await replica.start()
    return replica
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get isUp(): boolean {
    return this.#program !== undefined
  }

  async start(): Promise<void> {
    this.#program = await startProgram(process.execPath, this.#args, this.port, {
      cwd: serverFolder,
      env: { ...process.env, ...this.#env, PORT: String(this.port) },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    // It listens a moment before it takes part.
    await delay(50)
  }

  /** As the kernel, or a power cut, ends a process. */
  async kill(): Promise<void> {
    const program = this.#program
    this.#program = undefined
    await program?.stop('SIGKILL')
  }

  async stop(): Promise<void> {
    const program = this.#program
    this.#program = undefined
    await program?.stop()
  }
}
