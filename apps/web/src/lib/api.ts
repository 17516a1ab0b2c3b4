import {
  contract,
  createAssistantCloudClient,
  createClient,
  createFetcher,
  type Problem,
} from '@assistant-ui-proxy/contract'
import { QueryCache, QueryClient } from '@tanstack/react-query'
import { initTsrReactQuery } from '@ts-rest/react-query/v5'
import { apiUrl } from '../config/env.ts'
import { problemOf } from './problem.ts'
import { session } from './session.ts'

export const client = createClient(apiUrl, { fetch: session.fetch })

/** For what the server has on Assistant Cloud's wire alone: attachments and feedback. */
export const cloud = createAssistantCloudClient(apiUrl, { fetch: session.fetch })

export const readyKey = ['ready']

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, { queryKey }) => {
      if (queryKey[0] !== readyKey[0]) checkServerAfter(problemOf(error))
    },
  }),
  defaultOptions: {
    // The server may be on this machine, or in this house: whether it is there shows when it is asked.
    queries: { networkMode: 'always', retry: false, refetchOnWindowFocus: false },
    mutations: { networkMode: 'always' },
  },
})

/** The contract as React Query hooks. Components use `useReadiness` and its like, not this. */
export const tsr = initTsrReactQuery(contract, {
  baseUrl: apiUrl,
  baseHeaders: {},
  api: createFetcher({ fetch: session.fetch }),
})

/**
 * ts-rest's hooks spread their result, which reads every property and so makes every refetch a
 * render. With these a component renders when what it shows has changed.
 */
export const quietly: { notifyOnChangeProps: ('data' | 'error' | 'status')[] } = {
  notifyOnChangeProps: ['data', 'error', 'status'],
}

/** Asks at once whether the server is there, rather than when it is time. */
export function checkServer(): void {
  void queryClient.invalidateQueries({ queryKey: readyKey })
}

/** Asks where a failure gives cause. */
export function checkServerAfter({ code }: Problem): void {
  if (code === 'server_unreachable' || code === 'stream_interrupted') checkServer()
}
