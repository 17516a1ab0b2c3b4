import { resolve } from 'node:path'
import { z } from 'zod'
import { workspaceRoot } from './env.ts'
import { list, wholeNumber, type Missing } from './variables.ts'

export interface FilesConfig {
  readonly store:
    | { readonly driver: 'disk'; readonly folder: string }
    | {
        readonly driver: 's3'
        readonly url: string
        readonly accessKeyId: string
        readonly secretAccessKey: string
        readonly region: string
      }
  readonly maxBytes: number
  /** Media types. */
  readonly types: readonly string[]
  /** Where clients reach this server; undefined: where they asked. */
  readonly publicUrl: string | undefined
}

const defaultTypes = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'application/pdf',
  'text/plain',
  'text/markdown',
  'text/csv',
  'application/json',
]

/** The variables that say where attachments are kept. */
export const filesVariables = {
  FILES_URL: z
    .string()
    .refine(
      (url) => /^disk:.+$/.test(url) || /^s3:https?:\/\/[^/]+\/.*[^/]$/.test(url),
      'must be disk:<folder> or s3:https://host/bucket',
    )
    .default('disk:data/files'),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  S3_REGION: z.string().default('us-east-1'),
  FILES_MAX_BYTES: wholeNumber(26_214_400, 1),
  FILES_TYPES: list
    .transform((types) => types.map((type) => type.toLowerCase()))
    .pipe(z.array(z.string().regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type, as image/png')))
    .default(defaultTypes),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL, such as https://chat.example.com' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
}

type Variables = z.output<z.ZodObject<typeof filesVariables>>

/** @returns also the variables that are missing, each with what to do */
export function chooseFiles(variables: Variables): {
  files: FilesConfig
  missing: Missing<Variables>
} {
  const { FILES_URL, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_REGION } = variables
  const limits = {
    maxBytes: variables.FILES_MAX_BYTES,
    types: variables.FILES_TYPES,
    publicUrl: variables.PUBLIC_URL,
  }
  if (FILES_URL.startsWith('disk:')) {
    const folder = resolve(workspaceRoot, FILES_URL.slice('disk:'.length))
    return { files: { store: { driver: 'disk', folder }, ...limits }, missing: {} }
  }
  const missing: Missing<Variables> = {}
  const why = 'must be set, since FILES_URL is an S3 store'
  if (S3_ACCESS_KEY_ID === undefined) missing.S3_ACCESS_KEY_ID = why
  if (S3_SECRET_ACCESS_KEY === undefined) missing.S3_SECRET_ACCESS_KEY = why
  const store = {
    driver: 's3',
    url: FILES_URL.slice('s3:'.length),
    accessKeyId: S3_ACCESS_KEY_ID ?? '',
    secretAccessKey: S3_SECRET_ACCESS_KEY ?? '',
    region: S3_REGION,
  } as const
  return { files: { store, ...limits }, missing }
}
