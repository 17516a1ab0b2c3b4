import { apiUrl } from '../../../config/env.ts'

/**
 * A file's URL begins with where the server was reached when the file was brought. One that the server
 * has signed leads to it where this page reaches it; others stay as they are.
 */
export function ownFileUrl(url: string): string {
  const [, path] = /^https?:\/\/[^/]+(\/v1\/files\/[^/?#]+\?signature=.+)$/.exec(url) ?? []
  return path === undefined ? url : apiUrl + path
}
