import type { Model } from '@assistant-ui-proxy/contract'
import { useEffect } from 'react'
import { quietly, tsr } from '../../lib/api.ts'
import { chooseModel, useChosenModel } from './chosen-model.ts'

const staleTimeMs = 60_000

/** What can be chosen from, and what is. */
export function useModels(): { models: readonly Model[]; chosenId: string | undefined } {
  const { data: models } = tsr.chat.models.useQuery<Model[]>({
    queryKey: ['models'],
    select: (answer) => answer.body,
    staleTime: staleTimeMs,
    refetchOnWindowFocus: true,
    ...quietly,
  })
  const chosen = useChosenModel()
  const isOffered = models?.some(({ id }) => id === chosen)
  useEffect(() => {
    // The upstream was changed: what it no longer offers would be refused.
    if (isOffered === false && chosen !== undefined) chooseModel(undefined)
  }, [isOffered, chosen])
  const defaultId = models?.find((model) => model.is_default)?.id
  return { models: models ?? [], chosenId: isOffered === true ? chosen : defaultId }
}
