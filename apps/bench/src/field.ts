import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contenders, type Contender } from './contenders/contenders.ts'
import { startServer, type ServerProcess } from './server-process.ts'

/** A contender that runs. */
export interface Runner {
  readonly contender: Contender
  readonly process: ServerProcess
  readonly mockUrl: string
}

/** The mock model and those that are asked in front of it. */
export interface Field extends AsyncDisposable {
  readonly mockUrl: string
  readonly runners: readonly Runner[]
  /** One of them in a process of its own, as new. */
  startAnew(contender: Contender): Promise<Runner>
}

/** @param names only these; empty: all */
export async function openField(names: readonly string[]): Promise<Field> {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const mock = await startServer('mock', folder, () => ({
    args: [join(import.meta.dirname, 'mock-model.ts')],
  }))
  opened.defer(() => mock.stop())
  const mockUrl = `http://127.0.0.1:${mock.port}`

  const start = async (contender: Contender, folderOfIts: string): Promise<Runner> => {
    const { command } = contender
    if (command === undefined) return { contender, process: mock, mockUrl }
    const process = await startServer(contender.name, folderOfIts, (port) =>
      command({ port, mockUrl, folder: folderOfIts }),
    )
    return { contender, process, mockUrl }
  }

  const runners: Runner[] = []
  for (const contender of contenders) {
    if (names.length > 0 && !names.includes(contender.name)) continue
    const runner = await start(contender, folder)
    if (contender.command) opened.defer(() => runner.process.stop())
    runners.push(runner)
  }
  const disposal = opened.move()
  return {
    mockUrl,
    runners,
    startAnew: async (contender) => start(contender, await mkdtemp(join(folder, 'anew-'))),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  }
}
