const maxLength = 500

/** Keys of the usual forms, and what is too long for a word. */
const keyLike = /\b(?:sk|pk|rk|gsk|csk|xai|hf|key|pplx|nvapi|Bearer)[-_ ][\w.-]+|[\w.-]{32,}/g

/**
 * What of a server's words may stand in the log.
 * @param secrets what must not be told
 */
export function tellable(text: string, secrets: readonly string[]): string {
  const words = text.replaceAll(/\s+/g, ' ').trim()
  return secrets
    .reduce((said, secret) => said.replaceAll(secret, '…'), words)
    .replaceAll(keyLike, '…')
    .slice(0, maxLength)
}
