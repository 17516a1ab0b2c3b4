import { describe, expect, it } from 'vitest'
import {
  createProblem,
  ProblemError,
  type ProblemCode,
  type Thread,
} from '@assistant-ui-proxy/contract'
import { ThreadPages, type Section } from './thread-pages.ts'

function pagesOf(counts: Record<Section, number>) {
  const asked: string[] = []
  const faults: ProblemCode[] = []
  const pages = new ThreadPages(async (section, after) => {
    asked.push(`${section} ${after ?? 'start'}`)
    const code = faults.pop()
    if (code) throw new ProblemError(createProblem(code, 'It failed.'))
    const first = after === undefined ? 0 : Number(after.slice(1)) + 1
    const ids = Array.from({ length: Math.min(50, counts[section] - first) }, (_, i) => first + i)
    return ids.map((id) => ({ id: `t${id}` }) as Thread)
  })
  return { pages, asked, faults }
}

/** @param ids of a list that others change, newest first: its times go down from 99 */
function pagesOfList(ids: readonly string[]) {
  const server = { ids, isUp: true }
  const pages = new ThreadPages(async (_, after) => {
    if (!server.isUp) throw new ProblemError(createProblem('server_unreachable', 'Away.'))
    const from = after === undefined ? 0 : server.ids.indexOf(after) + 1
    return server.ids.slice(from, from + 50).map((id) => threadOf(id))
  })
  return { pages, server }
}

/** `n7` is older than `n8`. */
function threadOf(id: string): Thread {
  return { id, last_message_at: `2026-01-01T00:00:00.${id.slice(1).padStart(3, '0')}Z` } as Thread
}

const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `n${from - index}`)

const idsOf = (threads: readonly Thread[]) => threads.map(({ id }) => id)

describe('ThreadPages', () => {
  it('reads on after the last thread of the page before, until a page is not full', async () => {
    const { pages, asked } = pagesOf({ regular: 70, archived: 0 })
    expect(await pages.first()).toHaveLength(50)
    expect(pages.hasMoreHere()).toBe(true)
    expect(await pages.next()).toHaveLength(20)
    expect(pages.hasMoreHere()).toBe(false)
    expect(await pages.next()).toEqual([])
    expect(asked).toEqual(['regular start', 'regular t49'])
  })

  it('says why a page did not come, until it does', async () => {
    const { pages, asked, faults } = pagesOf({ regular: 70, archived: 70 })
    await pages.first()
    faults.push('server_unreachable')
    await expect(pages.next()).rejects.toThrow('It failed.')
    expect(pages.problemHere()).toMatchObject({ code: 'server_unreachable' })
    pages.look('archived')
    expect(pages.problemHere()).toBeUndefined()
    pages.look('regular')
    expect(await pages.next()).toHaveLength(20)
    expect(pages.problemHere()).toBeUndefined()
    expect(asked).toEqual(['regular start', 'regular t49', 'regular t49'])
  })

  it('begins anew where the thread is gone that it was to go on after', async () => {
    const { pages, asked, faults } = pagesOf({ regular: 70, archived: 0 })
    await pages.first()
    faults.push('invalid_request')
    await expect(pages.next()).rejects.toThrow('It failed.')
    expect(await pages.next()).toHaveLength(50)
    expect(await pages.next()).toHaveLength(20)
    expect(asked).toEqual(['regular start', 'regular t49', 'regular start', 'regular t49'])
  })

  it('reads the archive only once it is looked at', async () => {
    const { pages, asked } = pagesOf({ regular: 3, archived: 2 })
    await pages.first()
    expect(pages.hasMore).toBe(true)
    pages.look('archived')
    expect(await pages.next()).toHaveLength(2)
    expect(pages.hasMore).toBe(false)
    expect(asked).toEqual(['regular start', 'archived start'])
  })

  it('reads both anew when the list is read anew with the archive open', async () => {
    const { pages, asked } = pagesOf({ regular: 3, archived: 2 })
    pages.look('archived')
    expect(await pages.first()).toHaveLength(5)
    expect(asked).toEqual(['regular start', 'archived start'])
  })

  it('keeps what was loaded behind the first page when that is looked at again', async () => {
    const { pages, server } = pagesOfList(numbered(300, 120))
    await pages.first()
    await pages.next()
    server.ids = ['n301', ...numbered(300, 120)]
    expect(idsOf(await pages.first())).toEqual(['n301', ...numbered(300, 100)])
    expect(idsOf(await pages.next())).toEqual(numbered(200, 20))
    expect(pages.hasMoreHere()).toBe(false)
  })

  it('knows which threads went elsewhere, until they are listed again', async () => {
    const { pages, server } = pagesOfList(numbered(300, 60))
    await pages.first()
    await pages.next()
    server.ids = numbered(300, 60).filter((id) => id !== 'n299')
    await pages.first()
    expect([...pages.gone()]).toEqual(['n299'])
    server.ids = numbered(300, 60)
    await pages.first()
    expect([...pages.gone()]).toEqual([])
  })

  it('goes on after the first page where nothing of it was known', async () => {
    const { pages, server } = pagesOfList(numbered(300, 60))
    await pages.first()
    server.ids = numbered(400, 160)
    expect(idsOf(await pages.first())).toEqual(numbered(400, 50))
    expect(idsOf(await pages.next())).toEqual(numbered(350, 50))
    expect([...pages.gone()]).toEqual([])
  })

  it('keeps what it knows where looking again fails', async () => {
    const { pages, server } = pagesOfList(numbered(300, 60))
    await pages.first()
    server.isUp = false
    expect(idsOf(await pages.first())).toEqual(numbered(300, 50))
    expect(pages.problemHere()).toBeUndefined()
  })
})
