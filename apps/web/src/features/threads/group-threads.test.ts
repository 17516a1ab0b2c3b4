import { describe, expect, it } from 'vitest'
import { groupThreads } from './group-threads.ts'

const now = new Date(2026, 4, 20, 15, 0)

function thread(id: string, daysAgo: number) {
  return { id, remoteId: id, lastMessageAt: new Date(2026, 4, 20 - daysAgo, 9, 0) }
}

function namesOf(threads: Parameters<typeof groupThreads>[0], times = new Map<string, Date>()) {
  return groupThreads(threads, times, now).map(({ name, threads: members }) => [
    name,
    members.map(({ id }) => id),
  ])
}

describe('groupThreads', () => {
  it('groups by how long ago something was said, newest first', () => {
    const threads = [
      thread('old', 90),
      thread('a', 0),
      thread('b', 1),
      thread('c', 6),
      thread('d', 20),
    ]
    expect(namesOf(threads)).toEqual([
      ['Today', ['a']],
      ['Yesterday', ['b']],
      ['Previous 7 days', ['c']],
      ['Previous 30 days', ['d']],
      ['Older', ['old']],
    ])
  })

  it('moves a thread up in which something was just said', () => {
    const threads = [thread('a', 0), thread('b', 40)]
    expect(namesOf(threads, new Map([['b', now]]))).toEqual([['Today', ['b', 'a']]])
  })

  it('takes a thread without a time for a new one', () => {
    expect(namesOf([thread('a', 1), { id: 'new', remoteId: undefined }])[0]).toEqual([
      'Today',
      ['new'],
    ])
  })
})
