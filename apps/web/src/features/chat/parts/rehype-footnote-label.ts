import type { Node } from './rehype-blocks.ts'

const labelId = 'footnote-label'

/** Begins the id of the footnotes' label, and what refers to it, as all other ids of theirs begin. */
export function rehypeFootnoteLabel(prefix: string) {
  return function addPrefix({ properties = {}, children = [] }: Node): void {
    if (properties['id'] === labelId) properties['id'] = prefix + labelId
    if (String(properties['ariaDescribedBy']) === labelId)
      properties['ariaDescribedBy'] = [prefix + labelId]
    for (const child of children) addPrefix(child)
  }
}
