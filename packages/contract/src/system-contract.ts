import { initContract } from '@ts-rest/core'
import { z } from 'zod'

const c = initContract()

const readinessSchema = z.object({
  status: z.enum(['ready', 'not_ready']),
  /** Which upstream answers; `demo` is the offline assistant. */
  upstream: z.string(),
  /** Whether the circuit breaker of each lets chats through: that upstream, then its fallbacks. */
  circuits: z.array(
    z.object({ upstream: z.string(), circuit: z.enum(['closed', 'half-open', 'open']) }),
  ),
  storage: z.string(),
  /** What needs a database of the server's own; none of it where another keeps the threads. */
  features: z.array(z.enum(['search', 'attachments', 'feedback'])),
  /** Where replies are followed while they are written: `memory`, or `redis` for all servers. */
  run_log: z.string(),
  /** What is not ready, in words; empty when all is. */
  problems: z.array(z.string()),
  /** What does not answer, in words, though requests are taken without it. */
  warnings: z.array(z.string()),
})

export type Readiness = z.infer<typeof readinessSchema>

export const systemContract = c.router({
  info: {
    method: 'GET',
    path: '/',
    responses: { 200: z.object({ message: z.string(), status: z.literal('running') }) },
    summary: 'What this is',
  },
  health: {
    method: 'GET',
    path: '/health',
    responses: { 200: z.object({ status: z.literal('healthy'), environment: z.string() }) },
    summary: 'The process is up',
  },
  ready: {
    method: 'GET',
    path: '/ready',
    responses: { 200: readinessSchema, 503: readinessSchema },
    summary: 'The server can take requests now',
  },
})
