import { expect, type Locator, type Page } from '@playwright/test'

/** The web app as a person uses it. */
export class ChatPage {
  readonly page: Page
  readonly composer: Locator
  readonly messages: Locator
  readonly questions: Locator
  readonly replies: Locator

  constructor(page: Page) {
    this.page = page
    this.composer = page.getByRole('textbox', { name: 'Message', exact: true })
    this.messages = page.locator('[data-role]')
    this.questions = page.locator('[data-role="user"]')
    this.replies = page.locator('[data-role="assistant"]')
  }

  get lastReply(): Locator {
    return this.replies.last()
  }

  get threadId(): string {
    return /\/t\/([\w-]+)$/.exec(new URL(this.page.url()).pathname)?.[1] ?? ''
  }

  /** The list of threads; its rows are links by title. */
  get sidebar(): Locator {
    return this.page.getByRole('navigation', { name: 'Conversations' })
  }

  button(name: string, within: Page | Locator = this.page): Locator {
    return within.getByRole('button', { name, exact: true })
  }

  async open(path = '/'): Promise<void> {
    await this.page.goto(path)
    await expect(this.composer).toBeEditable()
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text)
    await this.button('Send').click()
    await expect(this.questions.last()).toContainText(text)
  }

  /** Sends and waits for the whole reply. */
  async ask(text: string): Promise<void> {
    const count = await this.replies.count()
    await this.send(text)
    await expect(this.replies).toHaveCount(count + 1)
    await this.replied()
  }

  /** No reply is on its way. */
  async replied(): Promise<void> {
    await expect(this.button('Send')).toBeVisible({ timeout: 40_000 })
    await expect(this.lastReply).not.toHaveAttribute('aria-busy', 'true')
  }

  /** The last reply has begun, with its first words shown, and is not yet whole. */
  async replying(firstWords = 'A stream'): Promise<void> {
    await expect(this.button('Stop')).toBeVisible()
    await expect(this.lastReply).toContainText(firstWords)
  }

  /** What it says, without what helps the eye: spaces and line breaks count as one. */
  async textOf(message: Locator): Promise<string> {
    return squeeze(await message.innerText())
  }

  async newChat(): Promise<void> {
    await this.button('New chat').click()
    await expect(this.page).toHaveURL(/\/$/)
    await expect(this.messages).toHaveCount(0)
  }

  threadRow(title: string | RegExp): Locator {
    return this.sidebar.getByRole('link', { name: title })
  }

  /** By a click in the list. */
  async openThread(threadId: string): Promise<void> {
    await this.sidebar.locator(`a[href="/t/${threadId}"]`).click()
    await expect(this.page).toHaveURL(`/t/${threadId}`)
    await expect(this.messages.first()).toBeVisible()
  }

  /** Opens a thread's menu and picks from it. */
  async pick(title: string, item: string): Promise<void> {
    await this.threadRow(title).hover()
    await this.button(`Options for ${title}`, this.sidebar).click()
    await this.page.getByRole('menuitem', { name: item, exact: true }).click()
  }
}

export function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
