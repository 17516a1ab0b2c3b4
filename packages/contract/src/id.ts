import { z } from 'zod'

/** The id of a thread or a message: made by the client or the server, unique per owner. */
export const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be 1 to 128 of A–Z a–z 0–9 _ -')
  .meta({ id: 'Id' })
