/** What of a thread decides its place in the list. */
export interface Dated {
  readonly id: string
  readonly remoteId: string | undefined
  readonly lastMessageAt?: Date | undefined
}

export interface ThreadGroup<Item> {
  readonly name: string
  readonly threads: readonly Item[]
}

const dayMs = 86_400_000

/**
 * Threads by how long ago something was said in them, newest first.
 * @param times what is known better than the threads say, by id
 */
export function groupThreads<Item extends Dated>(
  threads: readonly Item[],
  times: ReadonlyMap<string, Date>,
  now = new Date(),
): ThreadGroup<Item>[] {
  const timeOf = (thread: Item) =>
    (times.get(thread.remoteId ?? thread.id) ?? thread.lastMessageAt ?? now).getTime()
  const dated = threads.map((thread) => ({ thread, time: timeOf(thread) }))
  dated.sort((one, other) => other.time - one.time)
  const midnight = new Date(now).setHours(0, 0, 0, 0)
  const groups = new Map<string, Item[]>()
  for (const { thread, time } of dated) {
    const name = nameOf(time, midnight)
    const group = groups.get(name)
    if (group) group.push(thread)
    else groups.set(name, [thread])
  }
  return [...groups].map(([name, members]) => ({ name, threads: members }))
}

function nameOf(time: number, midnight: number): string {
  if (time >= midnight) return 'Today'
  if (time >= midnight - dayMs) return 'Yesterday'
  if (time >= midnight - 7 * dayMs) return 'Previous 7 days'
  return time >= midnight - 30 * dayMs ? 'Previous 30 days' : 'Older'
}
