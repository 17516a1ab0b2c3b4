import { z } from 'zod'

/** Tokens of somebody who has not signed in. Access tokens are JWTs with an `exp`. */
export const cloudTokensSchema = z.looseObject({
  access_token: z.string(),
  refresh_token: z.looseObject({ token: z.string(), expires_at: z.string() }),
})

export const cloudRefreshSchema = z.object({ refresh_token: z.string() })

/** The refresh token is left out where it stays what it was. */
export const refreshedCloudTokensSchema = cloudTokensSchema.partial({ refresh_token: true })

/** A name, and no path. */
export const cloudFilenameSchema = z.object({
  filename: z
    .string()
    .min(1)
    .max(255)
    .regex(/^(?!\.{1,2}$)[^/\\\p{Cc}]*$/u, 'must be a name without slashes'),
})

export const cloudUploadUrlSchema = z.looseObject({
  success: z.boolean(),
  /** Takes the file with one PUT. */
  signedUrl: z.string(),
  expiresAt: z.string(),
  publicUrl: z.string(),
  key: z.string().optional(),
})

export const cloudDownloadUrlSchema = z.looseObject({
  signedUrl: z.string(),
  expiresAt: z.string(),
  key: z.string(),
})

/** Every failure of the service; `error` is its code. */
export const cloudErrorSchema = z.looseObject({
  error: z.string().optional(),
  message: z.string().optional(),
})
