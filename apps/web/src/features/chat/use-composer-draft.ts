import { useAui, useAuiState } from '@assistant-ui/react'
import { useEffect, useRef } from 'react'
import { storage } from '../../lib/storage.ts'

/** Keeps what is being written, per thread, through reloads. */
export function useComposerDraft(): void {
  const aui = useAui()
  const text = useAuiState((state) => state.composer.text)
  const key = useAuiState((state) => `draft:${state.threadListItem.remoteId ?? 'new'}`)
  const keyOfText = useRef(key)

  useEffect(() => {
    const draft = storage.read(keyOfText.current)
    if (draft !== undefined && aui.composer.getState().text === '') aui.composer.setText(draft)
  }, [aui])

  useEffect(() => {
    // A new thread has got its id: what was written in it is kept under that.
    if (keyOfText.current !== key) storage.write(keyOfText.current, undefined)
    keyOfText.current = key
    storage.write(key, text === '' ? undefined : text)
  }, [key, text])
}
