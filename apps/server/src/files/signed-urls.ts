import { createHmac } from 'node:crypto'
import { AppError } from '../app-error.ts'
import { equals } from '../identity/secrets.ts'

const lifetimeMs = 15 * 60_000

export type FileMethod = 'PUT' | 'GET'

/** URLs that let whoever has them bring, or fetch, one file. */
export class SignedUrls {
  readonly #secret: Uint8Array

  /** @param secret the same on all servers */
  constructor(secret: Uint8Array) {
    this.#secret = secret
  }

  /** Good for some minutes. @param url of the file, without a query */
  sign(method: FileMethod, id: string, url: string): { signedUrl: string; expiresAt: string } {
    const expires = Date.now() + lifetimeMs
    const signature = this.#signatureOf(method, id, expires)
    return {
      signedUrl: `${url}?expires=${expires}&signature=${signature}`,
      expiresAt: new Date(expires).toISOString(),
    }
  }

  /** To fetch the file as long as it is there: what stands in messages, where pages show it. */
  signForGood(id: string, url: string): string {
    return `${url}?signature=${this.#signatureOf('GET', id, Infinity)}`
  }

  /**
   * @param expires Infinity: for good
   * @throws AppError `token_invalid`, `token_expired`
   */
  verify(method: FileMethod, id: string, expires: number, signature: string): void {
    if (!equals(signature, this.#signatureOf(method, id, expires)))
      throw new AppError('token_invalid', 'The signature of the URL is not valid.')
    if (!(expires > Date.now()))
      throw new AppError('token_expired', 'The URL has expired: get a new one.')
  }

  #signatureOf(method: FileMethod, id: string, expires: number): string {
    const signed = `${method}\n${id}\n${expires}`
    return createHmac('sha256', this.#secret).update(signed).digest('base64url')
  }
}
