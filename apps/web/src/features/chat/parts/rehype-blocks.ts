/** What of a HTML syntax tree's node matters here. */
export interface Node {
  readonly type: string
  readonly tagName?: string
  readonly value?: string
  readonly properties?: Record<string, unknown>
  readonly children?: readonly Node[]
}

/**
 * Has each block run in the direction of its own first letter, and names the checkboxes of tasks. The
 * outermost blocks only: an element's direction is not taken from those in it that have one themselves.
 */
export function rehypeBlocks() {
  return (tree: Node): void => {
    for (const { tagName, properties } of tree.children ?? [])
      if (properties && tagName !== 'pre') properties['dir'] = 'auto'
    nameTasks(tree)
  }
}

function nameTasks(node: Node, task?: Node): void {
  if (node.tagName === 'input' && task && node.properties)
    node.properties['ariaLabel'] = textOf(task).trim()
  const inner = node.tagName === 'li' ? node : task
  for (const child of node.children ?? []) nameTasks(child, inner)
}

function textOf({ value = '', children = [] }: Node): string {
  return value + children.map(textOf).join('')
}
