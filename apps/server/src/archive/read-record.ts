import type { z } from 'zod'
import { AppError } from '../app-error.ts'
import { isDeeper, maxNesting } from '../nesting.ts'

/** @throws AppError `invalid_request` */
export function readRecord<Schema extends z.ZodType>(
  schema: Schema,
  line: string,
  number: number,
): z.output<Schema> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw notValid(number, 'it is not JSON')
  }
  if (isDeeper(value, maxNesting))
    throw notValid(number, `it is nested deeper than ${maxNesting} levels`)
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw notValid(number, `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim())
}

/** Of the line of that number, the first being 1. */
export function notValid(line: number, why: string): AppError {
  return new AppError(
    'invalid_request',
    `Line ${line} of the archive is not valid: ${why}. What came before it is taken.`,
  )
}
