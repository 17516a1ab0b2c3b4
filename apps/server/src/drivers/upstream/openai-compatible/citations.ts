import type { UIMessageChunk } from '@assistant-ui-proxy/contract'
import { isObject, type Choice, type CompletionEvent } from './completion-event.ts'

/** A page that a reply rests on. */
interface Page {
  readonly url: string
  readonly title?: string
}

/**
 * The pages that a model found and says that it has it from: OpenAI and OpenRouter say `annotations`,
 * Perplexity `search_results` beside `citations`, xAI `citations`. Some name them again in each event.
 */
export class Citations {
  readonly #known = new Set<string>()

  /** @param choice the one of the event that is read */
  map(event: CompletionEvent, choice: Choice | undefined, chunks: UIMessageChunk[]): void {
    const annotations = choice?.delta?.annotations
    if (Array.isArray(annotations)) this.#add(annotations.map(citedIn), chunks)
    // With titles, so before those that are addresses alone.
    this.#add(event.search_results, chunks)
    this.#add(event.citations, chunks)
  }

  #add(found: unknown, chunks: UIMessageChunk[]): void {
    if (!Array.isArray(found)) return
    for (const { url, title } of found.flatMap((each) => pageOf(each) ?? [])) {
      if (this.#known.has(url)) continue
      this.#known.add(url)
      chunks.push({ type: 'source-url', sourceId: url, url, ...(title && { title }) })
    }
  }
}

function citedIn(annotation: unknown): unknown {
  return isObject(annotation) ? annotation['url_citation'] : undefined
}

/** @returns undefined for what is no page: a reply does not fail for what stands beside it */
function pageOf(found: unknown): Page | undefined {
  if (typeof found === 'string') return pageOf({ url: found })
  if (!isObject(found)) return undefined
  const { url, title } = found
  if (typeof url !== 'string' || !/^https?:\/\//i.test(url)) return undefined
  return typeof title === 'string' ? { url, title } : { url }
}
