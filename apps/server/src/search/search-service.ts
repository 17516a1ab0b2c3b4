import type { SearchHit, SearchQuery } from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { SearchIndex } from './search-index.ts'
import { snippetOf } from './snippet.ts'
import { parseWordQuery } from './words.ts'

/** Finds an owner's threads by what was said in them. */
export class SearchService {
  readonly #index: SearchIndex | undefined

  constructor({ searchIndex }: { searchIndex: SearchIndex | undefined }) {
    this.#index = searchIndex
  }

  /** @throws AppError `not_supported` where the storage has no index */
  async find(owner: Owner, { q, limit }: SearchQuery): Promise<SearchHit[]> {
    if (this.#index === undefined)
      throw new AppError(
        'not_supported',
        'Assistant Cloud keeps these threads, and cannot search. Set DATABASE_URL to keep them here.',
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
