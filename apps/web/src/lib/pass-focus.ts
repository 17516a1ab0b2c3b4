/**
 * For what may go away while it has the focus, such as a button that does its work once. Without an heir
 * the focus falls to the page's beginning, and who walks it by keyboard starts over.
 * @param findHeir asked while the element is still in its place; it says where to look once that is gone
 * @returns a ref for the element
 */
export function passFocus(
  findHeir: (element: HTMLElement) => () => HTMLElement | null | undefined,
): (element: HTMLElement | null) => (() => void) | undefined {
  return (element) => {
    if (element === null) return undefined
    return () => {
      if (!element.contains(document.activeElement)) return
      const heir = findHeir(element)
      // What comes in its place is there with the next frame, and may have taken the focus by itself.
      requestAnimationFrame(() => {
        if (isNowhere(document.activeElement)) heir()?.focus()
      })
    }
  }
}

function isNowhere(focused: Element | null): boolean {
  return focused === null || focused === document.body
}
