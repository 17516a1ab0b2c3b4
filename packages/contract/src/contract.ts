import { initContract } from '@ts-rest/core'
import { chatContract } from './chat-contract.ts'
import { searchContract } from './search-contract.ts'
import { systemContract } from './system-contract.ts'
import { threadContract } from './thread-contract.ts'

export const contract = initContract().router({
  system: systemContract,
  chat: chatContract,
  threads: threadContract,
  search: searchContract,
})
