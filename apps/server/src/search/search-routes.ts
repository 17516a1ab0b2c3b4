import { searchContract } from '@assistant-ui-proxy/contract'
import { initServer } from '@ts-rest/express'
import { ownerOf } from '../http/authentication.ts'
import type { SearchService } from './search-service.ts'

export function createSearchRoutes(search: SearchService) {
  return initServer().router(searchContract, {
    find: async ({ query, res }) => ({ status: 200, body: await search.find(ownerOf(res), query) }),
  })
}
