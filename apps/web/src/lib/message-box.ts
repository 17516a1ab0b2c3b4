/** Of the text box for the next message. */
export const messageBoxId = 'message'

/** For what leads there from elsewhere on the page. */
export function messageBox(): HTMLElement | null {
  return document.getElementById(messageBoxId)
}
