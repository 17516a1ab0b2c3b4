import { keepPreviousData } from '@tanstack/react-query'
import type { SearchHit } from '@assistant-ui-proxy/contract'
import { useEffect, useState } from 'react'
import { quietly, tsr } from '../../lib/api.ts'

/** Who types is not asked for after every key. */
const pauseMs = 200

/** The threads that have these words; those of the words before while they are looked for. */
export function useSearch(words: string) {
  const q = useSettled(words.trim())
  return tsr.search.find.useQuery<SearchHit[]>({
    queryKey: ['search', q],
    queryData: { query: { q } },
    select: (answer) => answer.body,
    enabled: q !== '',
    placeholderData: keepPreviousData,
    ...quietly,
  })
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
