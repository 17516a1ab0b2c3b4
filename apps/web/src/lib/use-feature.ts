import type { Readiness } from '@assistant-ui-proxy/contract'
import { useSyncExternalStore } from 'react'
import { queryClient, readyKey } from './api.ts'

type Feature = Readiness['features'][number]

/**
 * Whether the server has it: not all of it has where the threads are kept elsewhere. It is taken to have
 * what it has not spoken of yet. Unlike a query's hook this one needs no provider around it.
 */
export function useFeature(feature: Feature): boolean {
  return useSyncExternalStore(subscribe, () => {
    const answer = queryClient.getQueryData<{ body: Partial<Readiness> }>(readyKey)
    return answer?.body.features?.includes(feature) ?? true
  })
}

function subscribe(listener: () => void): () => void {
  return queryClient.getQueryCache().subscribe(listener)
}
