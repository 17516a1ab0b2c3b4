/** The time as it is stored: ISO 8601 with milliseconds and `Z`. */
export function now(): string {
  return new Date().toISOString()
}
