import type { SearchHit } from '@assistant-ui-proxy/contract'
import type { TextSpan } from './next-word.ts'
import { placesOf, type WordQuery } from './words.ts'

/** In UTF-16 units. */
const maxLength = 160
const lengthBefore = 40

/** What stands around the first of the words in a text, in pieces. */
export function snippetOf(text: string, query: WordQuery): SearchHit['snippet'] {
  const line = text.replace(/\s+/g, ' ').trim()
  const places = firstPlaces(line, query)
  const window = windowAround(line, places[0]?.start ?? 0)
  const pieces: SearchHit['snippet'] = []
  let at = window.start
  const addTo = (end: number, is_match: boolean) => {
    if (end > at) pieces.push({ text: line.slice(at, end), is_match })
    at = end
  }
  for (const { start, end } of places) {
    if (end > window.end) break
    addTo(start, false)
    addTo(end, true)
  }
  addTo(window.end, false)
  return withEllipses(pieces, window.start > 0, window.end < line.length)
}

function firstPlaces(line: string, query: WordQuery): TextSpan[] {
  const places: TextSpan[] = []
  for (const place of placesOf(line, query)) {
    const first = places[0] ?? place
    if (place.start > first.start + maxLength) break
    places.push(place)
  }
  return places
}

/** From a word's beginning to a word's end, where there is one near. */
function windowAround(line: string, middle: number): TextSpan {
  const earliest = Math.max(0, middle - lengthBefore)
  const start = earliest === 0 ? 0 : afterSpace(line, earliest, middle)
  const latest = Math.min(line.length, start + maxLength)
  const space = line.lastIndexOf(' ', latest)
  const end = latest === line.length || space <= middle ? latest : space
  return { start, end }
}

function afterSpace(line: string, from: number, to: number): number {
  const space = line.indexOf(' ', from)
  return space === -1 || space >= to ? to : space + 1
}

function withEllipses(
  pieces: SearchHit['snippet'],
  before: boolean,
  behind: boolean,
): SearchHit['snippet'] {
  const dots = { text: '…', is_match: false }
  return [...(before ? [dots] : []), ...pieces, ...(behind ? [dots] : [])]
}
