import { startIssuer as start } from 'services'
import { onTestFinished } from 'vitest'

/** An issuer until the test is over. */
export async function startIssuer() {
  const issuer = await start()
  onTestFinished(issuer.close)
  return issuer
}
