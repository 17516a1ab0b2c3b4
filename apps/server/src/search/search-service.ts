import type { SearchHit, SearchQuery } from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { SearchIndex } from './search-index.ts'
import { snippetOf } from './snippet.ts'
import { parseWordQuery } from './words.ts'

/** Finds an owner's threads by what was said in them. */
export class SearchService {
  readonly #index: SearchIndex | undefined

  /** @param index undefined where another service keeps the threads */
  constructor(index: SearchIndex | undefined) {
    this.#index = index
  }

  /** @throws AppError `not_supported` where there is no index */
  async find(owner: Owner, { q, limit }: SearchQuery): Promise<SearchHit[]> {
    if (this.#index === undefined)
      throw new AppError(
        'not_supported',
        'Another service keeps these threads, and its wire cannot search.',
      )
    const query = parseWordQuery(q)
    if (query.words.length === 0 && query.beginning === undefined) return []
    const found = await this.#index.find(owner, query, limit)
    return found.map(({ thread, messageId, text }) => ({
      thread,
      message_id: messageId ?? null,
      snippet: snippetOf(text, query),
    }))
  }
}
