import { Agent } from 'undici'
import { afterAll, expect, it } from 'vitest'
import { startPeer } from '../../../tests/peer.ts'
import { listOpenAiModels } from './openai-models.ts'

const agent = new Agent()
afterAll(() => agent.destroy())

it.each<[string, unknown]>([
  ['in an object, as most do', { object: 'list', data: [{ id: 'large' }, { id: 'small' }] }],
  ['by itself, as Together does', [{ id: 'large', type: 'chat' }, { id: 'small' }]],
])('lists the models of a server that sends the list %s', async (_, answer) => {
  expect(await listOpenAiModels(agent, await serve(answer), {})).toEqual(['large', 'small'])
})

it.each([{}, { data: [{}] }, [{ id: '' }], 'large'])('takes %j for no list', async (answer) => {
  await expect(listOpenAiModels(agent, await serve(answer), {})).rejects.toMatchObject({
    problem: { code: 'upstream_protocol' },
  })
})

function serve(answer: unknown): Promise<string> {
  return startPeer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
}
