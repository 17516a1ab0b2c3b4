/** What clients send as JSON may be nested so deep; far deeper, and Node cannot write it again. */
export const maxNesting = 1_000

/** Whether objects and arrays in a value are nested deeper than so many levels. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1))
}
