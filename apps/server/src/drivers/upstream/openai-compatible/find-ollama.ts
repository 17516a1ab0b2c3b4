import { request } from 'undici'

export const ollamaUrl = 'http://127.0.0.1:11434'

/** Whether an Ollama answers on this machine. Takes half a second at most. */
export async function findOllama(): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${ollamaUrl}/api/version`, {
      signal: AbortSignal.timeout(500),
    })
    await body.dump()
    return statusCode === 200
  } catch {
    return false
  }
}
