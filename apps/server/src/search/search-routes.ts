import { searchContract } from '@assistant-ui-proxy/contract'
import { initServer } from '@ts-rest/express'
import { localOwner } from '../identity/owner.ts'
import type { SearchService } from './search-service.ts'

export function createSearchRoutes(search: SearchService) {
  return initServer().router(searchContract, {
    find: async ({ query }) => ({ status: 200, body: await search.find(localOwner, query) }),
  })
}
