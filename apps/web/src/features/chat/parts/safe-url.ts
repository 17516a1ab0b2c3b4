/** The address, where following it can do no harm: a reply's addresses come from a model. */
export function safeUrl(url: string): string | undefined {
  return /^(https?:|blob:|data:(image|audio|video|application\/pdf|text\/plain))/i.test(url.trim())
    ? url
    : undefined
}
