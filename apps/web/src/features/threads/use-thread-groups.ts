import { useAuiState, type AssistantState } from '@assistant-ui/react'
import { useMemo } from 'react'
import { groupThreads, type ThreadGroup } from './group-threads.ts'
import { useActivityTimes } from './thread-activity.ts'
import { useGone, type Section } from './thread-pages.ts'
import { useThreads } from './threads-context.tsx'

type Item = AssistantState['threads']['threadItems'][number]

/** The threads of a list as they are shown. */
export function useThreadGroups(section: Section): ThreadGroup<Item>[] {
  const { activity, pages } = useThreads()
  const times = useActivityTimes(activity)
  const items = useAuiState(useMemo(() => selectSection(section), [section]))
  const gone = useGone(pages)
  return useMemo(
    () =>
      groupThreads(
        items.filter(({ remoteId = '' }) => !gone.has(remoteId)),
        times,
      ),
    [items, times, gone],
  )
}

/** assistant-ui gives a new list with every word that streams; this one changes when a thread does. */
function selectSection(section: Section) {
  let items: readonly Item[] = []
  return (state: AssistantState) => {
    const next = state.threads.threadItems.filter((item) => item.status === section)
    const isSame =
      next.length === items.length && next.every((item, index) => item === items[index])
    if (!isSame) items = next
    return items
  }
}
