import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 bits that nobody guesses, as text for a header. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** What is kept of a secret. It is as random as the hash is long: no salt, and no slow hash, is needed. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** Takes the same time wherever they differ. */
export function equals(hash: string, other: string): boolean {
  const [a, b] = [Buffer.from(hash), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
