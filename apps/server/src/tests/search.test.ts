import { describe, expect, it } from 'vitest'
import { collect } from './conversation.ts'
import { createTestDatabase, inDatabase } from './postgres-test-database.ts'
import { echoUpstream } from './scripted-upstream.ts'
import { startTestServer } from './test-server.ts'

describe('GET /api/search', () => {
  it('finds what was said within a second, with what stands around it', async () => {
    const { client } = await startTestServer({ upstream: echoUpstream() })
    const messages = [{ id: 'u1', role: 'user' as const, content: 'Where do blue whales sing?' }]
    await collect(client.chat.stream({ id: 't1', messages }))
    const search = (q: string) => client.search.find({ query: { q } })
    await expect.poll(async () => (await search('whal')).body, { timeout: 1_000 }).toHaveLength(1)
    expect(await search('whal')).toMatchObject({
      status: 200,
      body: [
        {
          thread: { id: 't1' },
          snippet: [
            { text: 'You said: Where do blue ', is_match: false },
            { text: 'whales', is_match: true },
            { text: ' sing?', is_match: false },
          ],
        },
      ],
    })
    expect((await search('penguins')).body).toEqual([])
    expect((await search('…')).body).toEqual([])
  })

  it('finds all else where a text cannot be indexed', async () => {
    const url = await createTestDatabase()
    const failures: string[] = []
    const { client } = await startTestServer({
      env: { DATABASE_URL: url },
      upstream: echoUpstream(),
      onLog: (line) => line.includes('cannot be indexed') && failures.push(line),
    })
    await inDatabase(
      url,
      `alter table search_documents add check (words is null or not words @@ 'penguins')`,
    )
    for (const content of ['Where do penguins sing?', 'Where do whales sing?'])
      await collect(
        client.chat.stream({
          id: content.length.toString(),
          messages: [{ role: 'user', content }],
        }),
      )
    const search = async (q: string) => (await client.search.find({ query: { q } })).body
    await expect.poll(() => search('whales'), { timeout: 5_000 }).toHaveLength(1)
    expect(await search('penguins')).toEqual([])
    // The question and the reply; they are not tried again.
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(failures).toHaveLength(2)
  })

  it.each(['', '?q=', '?q=%20', `?q=${'x'.repeat(201)}`, '?q=a&limit=0', '?q=a&limit=51'])(
    'refuses %s',
    async (query) => {
      const { url } = await startTestServer()
      const response = await fetch(`${url}/api/search${query}`)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ code: 'invalid_request' })
    },
  )
})
