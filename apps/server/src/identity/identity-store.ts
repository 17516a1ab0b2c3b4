import type { Owner } from './owner.ts'

/** Somebody without an account, as long as their refresh token is used. */
export interface AnonymousSession {
  /** Of the refresh token: the token itself is nowhere kept. */
  readonly tokenHash: string
  readonly owner: Owner
  /** ISO 8601. */
  readonly expiresAt: string
}

export interface ApiKey {
  readonly id: string
  readonly name: string
  /** Of the key's secret. */
  readonly secretHash: string
  readonly createdAt: string
  /** Null: it is good. */
  readonly revokedAt: string | null
}

/** Keeps what proves who asks. A promise that resolves means that the change survives. */
export interface IdentityStore {
  /** The secret of this name, the same for all servers; made where there is none. */
  secret(name: string): Promise<Uint8Array>

  addSession(session: AnonymousSession): Promise<void>
  /** Whose it is, where it has not expired. */
  findSession(tokenHash: string): Promise<Owner | undefined>
  /** Lets it live on until then. @returns whose it is, where it had not expired */
  extendSession(tokenHash: string, expiresAt: string): Promise<Owner | undefined>
  /** Moves all that one owner has to another, and ends its sessions. @returns how many threads */
  claim(from: Owner, to: Owner): Promise<number>

  addKey(key: ApiKey): Promise<void>
  /** Oldest first. */
  listKeys(): Promise<ApiKey[]>
  findKey(id: string): Promise<ApiKey | undefined>
  /** @returns whether there was such a key, and it was good */
  revokeKey(id: string, revokedAt: string): Promise<boolean>
}
