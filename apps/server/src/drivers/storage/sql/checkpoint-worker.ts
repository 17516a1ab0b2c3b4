import { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'

/** With nothing new to copy, a checkpoint is a look at the shared memory. */
const intervalMs = 1_000

const database = new DatabaseSync(String(workerData))
setInterval(() => {
  try {
    database.exec('PRAGMA wal_checkpoint(PASSIVE)')
  } catch {
    // What was not copied is in the log still. A disk that fails is heard of by those who commit.
  }
}, intervalMs)
