/**
 * Splits Markdown where one top-level block surely ends and another begins, so that each can be
 * parsed alone: before a line without indentation that follows a blank line and continues no list.
 * Joined again, the blocks are the text.
 */
export function splitMarkdown(text: string): string[] {
  // References and footnotes reach across blocks.
  if (/^ {0,3}\[[^\]]+\]:/m.test(text)) return [text]
  const blocks: string[] = []
  let fence: string | undefined
  let isAfterBlank = false
  let isInList = false
  let blockStart = 0
  let lineStart = 0
  while (lineStart < text.length) {
    const newline = text.indexOf('\n', lineStart)
    const lineEnd = newline === -1 ? text.length : newline + 1
    const line = text.slice(lineStart, lineEnd)
    const isListItem = /^\s*(?:[-*+]|\d{1,9}[.)])(?:\s|$)/.test(line)
    if (fence === undefined && isAfterBlank && /^\S/.test(line) && !(isInList && isListItem)) {
      blocks.push(text.slice(blockStart, lineStart))
      blockStart = lineStart
      isInList = false
    }
    if (isListItem && fence === undefined) isInList = true
    fence = fenceAfter(line, fence)
    isAfterBlank = fence === undefined && line.trim() === ''
    lineStart = lineEnd
  }
  if (blockStart < text.length) blocks.push(text.slice(blockStart))
  return blocks
}

/** What closes the code block that is open after this line, if one is. */
function fenceAfter(line: string, fence: string | undefined): string | undefined {
  const mark = /^\s*(`{3,}|~{3,})(.*)/.exec(line)
  if (mark === null) return fence
  const [, ticks = '', info = ''] = mark
  if (fence === undefined) return ticks.startsWith('`') && info.includes('`') ? undefined : ticks
  const isClosing = ticks.startsWith(fence) && info.trim() === ''
  return isClosing ? undefined : fence
}
