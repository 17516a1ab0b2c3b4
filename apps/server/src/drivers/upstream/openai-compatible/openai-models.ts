import type { Agent } from 'undici'
import { z } from 'zod'
import { AppError } from '../../../app-error.ts'
import { getJson } from '../get-json.ts'

const modelsSchema = z.array(z.object({ id: z.string().min(1) }))
/** Together sends the list by itself. */
const listSchema = z.union([
  z.object({ data: modelsSchema }).transform(({ data }) => data),
  modelsSchema,
])

/** @see OpenAI API reference, “List models” */
export async function listOpenAiModels(
  agent: Agent,
  baseUrl: string,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<string[]> {
  const url = new URL(`${baseUrl}/models`)
  const list = listSchema.safeParse(await getJson(agent, url, headers, signal))
  if (list.success) return list.data.map(({ id }) => id)
  throw new AppError('upstream_protocol', 'The model server did not answer with a list of models.')
}
