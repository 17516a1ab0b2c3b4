import { createProblem } from '@assistant-ui-proxy/contract'
import { describe, expect, it } from 'vitest'
import { explainRefusal } from './explain-refusal.ts'

describe('explainRefusal', () => {
  it('names the kinds of files in words', () => {
    const detail =
      'Files may be of these types: image/png, image/jpeg, application/pdf, text/plain.'
    expect(explainRefusal(createProblem('unsupported_media_type', detail))).toBe(
      'Files of these kinds can be attached: images, PDF, text.',
    )
  })

  it('tells a limit in megabytes', () => {
    const detail = 'A file has at most 26214400 bytes.'
    expect(explainRefusal(createProblem('payload_too_large', detail))).toBe(
      'A file has at most 25 MB.',
    )
  })

  it('leaves what it does not know as it is', () => {
    expect(explainRefusal(createProblem('internal', 'It broke.'))).toBe('It broke.')
  })
})
