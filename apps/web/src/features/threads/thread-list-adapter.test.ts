import { QueryClient } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { createClient } from '@assistant-ui-proxy/contract'
import { createThreadListAdapter } from './thread-list-adapter.ts'
import { titleOf } from './title-of.ts'

const thread = {
  id: 't1',
  title: null as string | null,
  is_archived: false,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  last_message_at: '2026-01-02T00:00:00.000Z',
}

/** @param answers the body of each answer, by method and path; none is a 404 */
function adapterOver(
  answers: Record<string, unknown>,
  isKnownHere = false,
  unsent: readonly { id: string; text: string }[] = [],
) {
  const client = createClient('http://server.test', {
    fetch: async (input, init) => {
      const { pathname } = new URL(String(input))
      const body = answers[`${init?.method} ${pathname}`]
      if (body !== undefined) return Response.json(body)
      const problem = {
        code: 'thread_not_found',
        type: '',
        title: '',
        status: 404,
        detail: 'None.',
      }
      return Response.json(problem, { status: 404 })
    },
  })
  return createThreadListAdapter({
    client,
    queryClient: new QueryClient(),
    idForNew: (localId) => `id-of-${localId}`,
    whenTaken: async () => undefined,
    unsentThreads: () => unsent,
    isKnownHere: () => isKnownHere,
    onDelete: () => undefined,
  })
}

describe('the thread list adapter', () => {
  it('lists threads with their titles and times', async () => {
    const adapter = adapterOver({ 'GET /api/threads': [{ ...thread, title: 'One' }] })
    expect(await adapter.list()).toEqual({
      threads: [
        { remoteId: 't1', status: 'regular', title: 'One', lastMessageAt: new Date('2026-01-02') },
      ],
      // The archive is still to be read.
      nextCursor: 'next',
    })
  })

  it('never takes a title away that was given meanwhile', async () => {
    const adapter = adapterOver({
      'GET /api/threads': [thread],
      'POST /api/threads/t1/title': { title: 'Given' },
    })
    expect((await adapter.list()).threads[0]?.title).toBeUndefined()
    await adapter.generateTitle('t1', [])
    expect((await adapter.list()).threads[0]?.title).toBe('Given')
  })

  it('starts a thread without asking the server', async () => {
    expect(await adapterOver({}).initialize('local')).toEqual({ remoteId: 'id-of-local' })
  })

  it('does not find a thread that is unknown', async () => {
    await expect(adapterOver({}).fetch('t1')).rejects.toMatchObject({
      problem: { code: 'thread_not_found' },
    })
  })

  it('opens an unknown thread in which something waits to be sent', async () => {
    expect(await adapterOver({}, true).fetch('t1')).toEqual({ remoteId: 't1', status: 'regular' })
  })

  it('lists what this browser alone knows, until the server does', async () => {
    const unsent = [
      { id: 't0', text: 'Hello' },
      { id: 't1', text: 'Sent by now' },
    ]
    const adapter = adapterOver({ 'GET /api/threads': [thread] }, true, unsent)
    const { threads } = await adapter.list()
    expect(threads.map(({ remoteId }) => remoteId)).toEqual(['t0', 't1'])
    expect(threads.map(({ custom }) => titleOf({ custom }))).toEqual([
      'Hello (not sent)',
      'New chat',
    ])
  })

  it('takes a thread for deleted that is gone already', async () => {
    await expect(adapterOver({}).delete('t1')).resolves.toBeUndefined()
  })
})
