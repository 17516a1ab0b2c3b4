import { expect, it } from 'vitest'
import { FrameBuffer } from '../drivers/run-log/frame-buffer.ts'
import { untilOver } from './until-over.ts'

it('gives what comes, and waits through a silence in which the run goes on', async () => {
  const { buffer, read } = open(async () => false)
  const reading = read()
  void buffer.append('one')
  await new Promise((resolve) => setTimeout(resolve, 100))
  void buffer.append('two')
  buffer.end()
  expect(await reading).toBe('onetwo')
})

it('cuts the reader off where the run is over and its log does not end', async () => {
  const { buffer, read } = open(async () => true)
  void buffer.append('one')
  expect(await read()).toBe('one')
  expect(buffer.isRead).toBe(false)
})

it('waits on while nobody can say whether the run is over', async () => {
  let asked = 0
  const { buffer, read } = open(async () => {
    if (++asked > 3) return true
    throw new Error('the store is away')
  })
  void buffer.append('one')
  expect(await read()).toBe('one')
  expect(asked).toBe(4)
})

it('lets a reader go at once who leaves in a silence', async () => {
  const { buffer, frames } = open(async () => false)
  const reading = frames.read(() => undefined)
  frames.leave()
  await reading
  expect(buffer.isRead).toBe(false)
})

it('does not take the time of a slow reader for a silence', async () => {
  const { buffer, frames } = open(async () => true)
  void buffer.append('one')
  let text = ''
  const reading = frames.read(async (bytes) => {
    text += Buffer.from(bytes).toString()
    await new Promise((resolve) => setTimeout(resolve, 100))
  })
  void buffer.append('two')
  buffer.end()
  await reading
  expect(text).toBe('onetwo')
})

function open(isOver: () => Promise<boolean>) {
  const buffer = new FrameBuffer('run')
  const followed = buffer.follow(0)
  if (followed === undefined) throw new Error('the buffer is empty')
  const frames = untilOver(followed, isOver, 20)
  const read = async () => {
    let text = ''
    await frames.read((bytes) => void (text += Buffer.from(bytes).toString()))
    return text
  }
  return { buffer, frames, read }
}
