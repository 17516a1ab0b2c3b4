import { createAssistantCloudClient } from '@assistant-ui-proxy/contract'
import { apiUrl } from '../config/env.ts'
import { storage, tabStorage } from './storage.ts'

/** Of somebody without an account; it names them on this browser. */
const refreshKey = 'assistant-ui-proxy:refresh-token'
/** Handed over by who opened the page, for as long as the tab is there. */
const handedKey = 'assistant-ui-proxy:token'

/**
 * Who the page acts for. A token that it was handed (`/#token=…`, at any time) is used as it is; else
 * nothing is sent until the server asks who it is, and then it signs in without an account.
 */
class Session {
  readonly #fetch: typeof fetch
  #handed: string | undefined
  #token: string | undefined
  #signingIn: Promise<boolean> | undefined
  /** Undefined: there is nothing to wait for. */
  #claiming: Promise<void> | undefined

  constructor(fetch: typeof globalThis.fetch = globalThis.fetch.bind(globalThis)) {
    this.#fetch = fetch
    this.#use(takeTokenFromAddress() ?? tabStorage.read(handedKey))
    // Who embeds the page hands over another before one expires.
    addEventListener('hashchange', () => this.#use(takeTokenFromAddress()))
  }

  /** `fetch` with the token; where the server refuses it, once more with a new one. */
  readonly fetch: typeof fetch = async (input, init) => {
    await this.#claiming
    const used = this.#token
    const response = await this.#fetch(input, withToken(init, used))
    if (response.status !== 401) return response
    // Another request may have signed in meanwhile, or somebody handed over another.
    const isIn = this.#token !== used || (this.#handed === undefined && (await this.#signIn()))
    return isIn ? this.#fetch(input, withToken(init, this.#token)) : response
  }

  #use(handed: string | undefined): void {
    if (handed === undefined) return
    this.#handed = handed
    this.#token = handed
    this.#claiming = this.#claim()
  }

  /** Once for all that wait for it, in all tabs. @returns whether there is a token now */
  #signIn(): Promise<boolean> {
    this.#signingIn ??= withLock(() => this.#getToken()).finally(
      () => (this.#signingIn = undefined),
    )
    return this.#signingIn
  }

  async #getToken(): Promise<boolean> {
    const { auth } = this.#cloud()
    const known = storage.read(refreshKey)
    if (known !== undefined) {
      const answer = await auth.refresh({ body: { refresh_token: known } })
      if (answer.status === 200) return this.#keep(answer.body.access_token)
      // Only a token that is no longer good is given up: anything else may pass.
      if (answer.status !== 401) return false
    }
    const answer = await auth.anonymous()
    if (answer.status !== 200) return false
    storage.write(refreshKey, answer.body.refresh_token.token)
    return this.#keep(answer.body.access_token)
  }

  #keep(token: string): boolean {
    this.#token = this.#handed ?? token
    return true
  }

  /** What was said on this browser before comes along. */
  async #claim(): Promise<void> {
    const known = storage.read(refreshKey)
    if (known === undefined) return
    try {
      const answer = await this.#cloud().threads.claim({ body: { refresh_token: known } })
      // Gone, or moved: there is nothing left to claim.
      if (answer.status === 200 || answer.status === 401) storage.write(refreshKey, undefined)
    } catch {
      // The server is away: with the next visit.
    }
  }

  #cloud() {
    return createAssistantCloudClient(apiUrl, {
      fetch: (input, init) => this.#fetch(input, withToken(init, this.#handed)),
    })
  }
}

export const session = new Session()

/** Takes a token out of the address, where others would see it. */
function takeTokenFromAddress(): string | undefined {
  const [, token] = /^#token=(.+)$/.exec(location.hash) ?? []
  if (token !== undefined) {
    tabStorage.write(handedKey, token)
    history.replaceState(history.state, '', location.pathname + location.search)
  }
  return token
}

function withToken(init: RequestInit | undefined, token: string | undefined): RequestInit {
  const headers = new Headers(init?.headers)
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  return { ...init, headers }
}

/** One tab at a time, where the browser can: two would become two people. */
function withLock<T>(work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? navigator.locks.request('assistant-ui-proxy:sign-in', work) : work()
}
