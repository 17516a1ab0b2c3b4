import { contract, createClient, createFetcher } from '@assistant-ui-proxy/contract'
import { QueryClient } from '@tanstack/react-query'
import { initTsrReactQuery } from '@ts-rest/react-query/v5'
import { apiUrl } from '../config/env.ts'

export const client = createClient(apiUrl)

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false } },
})

/** The contract as React Query hooks. Components use `useReadiness` and its like, not this. */
export const tsr = initTsrReactQuery(contract, {
  baseUrl: apiUrl,
  baseHeaders: {},
  api: createFetcher(),
})

/**
 * ts-rest's hooks spread their result, which reads every property and so makes every refetch a
 * render. With these a component renders when what it shows has changed.
 */
export const quietly: { notifyOnChangeProps: ('data' | 'error' | 'status')[] } = {
  notifyOnChangeProps: ['data', 'error', 'status'],
}
