/** What a hidden tab waits for instead of a frame, since it gets none. */
const hiddenDelayMs = 250

/** Calls back once, with the next frame. @returns what calls it off */
export function scheduleFrame(callback: () => void): () => void {
  const cancel = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  const call = () => {
    cancel()
    callback()
  }
  const frame = requestAnimationFrame(call)
  const timer = setTimeout(call, hiddenDelayMs)
  return cancel
}
