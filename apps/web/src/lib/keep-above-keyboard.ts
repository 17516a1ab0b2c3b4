/**
 * Keeps `--page-height` at the height that the on-screen keyboard leaves. iOS neither shrinks the
 * layout viewport for it nor counts it in `dvh`, and scrolls the page instead.
 */
export function keepAboveKeyboard(): void {
  const { visualViewport } = window
  if (!visualViewport) return
  const fit = () => {
    const isKeyboardOpen = window.innerHeight - visualViewport.height > 80
    const { style } = document.documentElement
    if (isKeyboardOpen && visualViewport.scale === 1) {
      style.setProperty('--page-height', `${visualViewport.height}px`)
      window.scrollTo(0, 0)
    } else style.removeProperty('--page-height')
  }
  visualViewport.addEventListener('resize', fit)
  visualViewport.addEventListener('scroll', fit)
}
