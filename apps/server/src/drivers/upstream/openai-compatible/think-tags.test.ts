import { expect, it } from 'vitest'
import { ThinkTags } from './think-tags.ts'

it.each([
  ['<think>\nHm, 1 < 2.\n</think>\n\nSo: 42', 'Hm, 1 < 2.\n', 'So: 42'],
  ['\n <think>Hm.</thinks></think>So', 'Hm.</thinks>', 'So'],
  // As of models that are told not to think.
  ['<think>\n\n</think>\n\nSo', '', 'So'],
  ['<think>\nHm. </thi', 'Hm. </thi', ''],
  ['Write <think> and </think>.', '', 'Write <think> and </think>.'],
  ['<thing> is a tag', '', '<thing> is a tag'],
  ['\n So', '', '\n So'],
  ['\n', '', '\n'],
  [`${' '.repeat(65)}<think>`, '', `${' '.repeat(65)}<think>`],
  ['<th', '', '<th'],
  ['<think>a</think>b<think>c</think>', 'a', 'b<think>c</think>'],
])('takes %j apart, wherever it is cut', (text, thought, said) => {
  for (let cut = 0; cut <= text.length; cut++)
    for (let second = cut; second <= text.length; second++)
      expect(splitOf([text.slice(0, cut), text.slice(cut, second), text.slice(second)])).toEqual({
        thought,
        said,
      })
})

function splitOf(texts: readonly string[]) {
  const tags = new ThinkTags()
  const splits = [...texts.map((text) => tags.split(text)), tags.rest()]
  return {
    thought: splits.map(({ thought }) => thought).join(''),
    said: splits.map(({ said }) => said).join(''),
  }
}
