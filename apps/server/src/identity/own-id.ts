import { createHash } from 'node:crypto'
import type { Owner } from '../identity/owner.ts'

/**
 * The id, a UUID, under which an owner keeps what came with an id that another owner has: always the
 * same, so that it is known when it comes again.
 * @see RFC 9562, 5.8 UUID Version 8
 */
export function ownIdFor({ workspaceId, userId }: Owner, id: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([workspaceId, userId, id]))
    .digest('hex')
  const version = `8${hash.slice(13, 16)}`
  const variant = `8${hash.slice(17, 20)}`
  return [hash.slice(0, 8), hash.slice(8, 12), version, variant, hash.slice(20, 32)].join('-')
}
