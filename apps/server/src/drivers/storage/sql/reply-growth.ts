import type { MessagePart } from '@assistant-ui-proxy/contract'

/** A reply's content at one moment. */
export interface ReplyContent {
  readonly parts: readonly MessagePart[]
  readonly metadata?: unknown
}

/** What turns one moment's content into a later one's. */
export interface ReplyGrowth {
  /** How many parts there are then. */
  readonly length: number
  /** Parts that are new or other, and texts that went on. */
  readonly changes: readonly ({ at: number; part: MessagePart } | { at: number; text: string })[]
  readonly metadata?: unknown
}

/**
 * The difference that is worth writing: a long reply grows by a few words at a time, and writing all of
 * it each time would cost more the longer it gets. Parts that did not change are the same objects.
 */
export function growthBetween(before: ReplyContent, after: ReplyContent): ReplyGrowth {
  const changes: ReplyGrowth['changes'][number][] = []
  for (const [at, part] of after.parts.entries()) {
    const old = before.parts[at]
    if (old !== part) changes.push(changeOf(at, old, part))
  }
  return {
    length: after.parts.length,
    changes,
    ...(after.metadata !== before.metadata && { metadata: after.metadata }),
  }
}

export function applyGrowth(content: ReplyContent, growth: ReplyGrowth): ReplyContent {
  const parts = content.parts.slice(0, growth.length)
  for (const change of growth.changes) {
    if ('part' in change) parts[change.at] = change.part
    else {
      const old = parts[change.at]
      if (old?.type === 'text' || old?.type === 'reasoning')
        parts[change.at] = { ...old, text: old.text + change.text }
    }
  }
  return { parts, metadata: 'metadata' in growth ? growth.metadata : content.metadata }
}

function changeOf(at: number, old: MessagePart | undefined, part: MessagePart) {
  const isTextThatWentOn =
    old !== undefined &&
    (part.type === 'text' || part.type === 'reasoning') &&
    old.type === part.type &&
    old.state === part.state &&
    old.providerMetadata === part.providerMetadata &&
    part.text.startsWith(old.text)
  return isTextThatWentOn ? { at, text: part.text.slice(old.text.length) } : { at, part }
}
