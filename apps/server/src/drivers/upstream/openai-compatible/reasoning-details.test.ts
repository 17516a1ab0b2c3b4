import { expect, it } from 'vitest'
import { ReasoningDetails } from './reasoning-details.ts'

it('puts together what comes in pieces, and leaves whole what comes whole', () => {
  const details = new ReasoningDetails()
  expect(details.all).toBeUndefined()
  details.add([{ type: 'reasoning.summary', summary: 'I ', index: 0, format: 'f', id: null }])
  details.add([{ type: 'reasoning.summary', summary: 'look.', index: 0, format: null, id: 'r' }])
  details.add([{ type: 'reasoning.text', text: 'Hm', index: 1 }])
  details.add([{ type: 'reasoning.text', text: '', index: 1, signature: 's' }])
  const secrets = ['aa', 'bb'].map((data) => ({ type: 'reasoning.encrypted', data, index: 1 }))
  details.add(secrets)
  expect(details.all).toEqual([
    { type: 'reasoning.summary', summary: 'I look.', index: 0, format: 'f', id: 'r' },
    { type: 'reasoning.text', text: 'Hm', index: 1, signature: 's' },
    ...secrets,
  ])
})
