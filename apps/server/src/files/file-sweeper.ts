import type { Logger } from 'pino'
import type { FileService } from './file-service.ts'

const intervalMs = 10 * 60_000
/** Longer than the URL to bring a file is good for. */
const abandonedAfterMs = 60 * 60_000

/** Removes what was announced and never brought. */
export class FileSweeper {
  readonly #files: FileService
  readonly #log: Logger
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> = Promise.resolve()

  constructor(files: FileService, log: Logger) {
    this.#files = files
    this.#log = log
  }

  start(): void {
    const sweep = () => void (this.#sweeping = this.#sweep())
    sweep()
    this.#timer = setInterval(sweep, intervalMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sweeping
  }

  async #sweep(): Promise<void> {
    try {
      await this.#files.removeAbandoned(new Date(Date.now() - abandonedAfterMs))
    } catch (error) {
      this.#log.error({ err: error }, 'abandoned uploads were not removed')
    }
  }
}
