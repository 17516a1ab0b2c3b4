import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

/**
 * Begins to copy what was committed from the log to the SQLite file in a thread of its own, again and again:
 * it writes megabytes and waits for the disk twice, which whoever happened to commit would do otherwise.
 * @param path of the file, which is open in WAL mode
 * @returns what ends it
 * @see https://www.sqlite.org/wal.html#ckpt
 */
export function startCheckpoints(path: string): () => Promise<void> {
  // These sources run as they are, and as JavaScript.
  const file = `./checkpoint-worker${extname(import.meta.filename)}`
  const worker = new Worker(new URL(file, import.meta.url), { workerData: path })
  // Without it, those who commit copy the log, when there is more of it: no reason to end this process.
  worker.on('error', (error: Error) => process.emitWarning(error))
  worker.unref()
  return async () => {
    await worker.terminate()
  }
}
