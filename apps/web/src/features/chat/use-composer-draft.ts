import { useAui, type ThreadComposerRuntime } from '@assistant-ui/react'
import { useEffect } from 'react'
import { readDraft, writeDraft, type Draft, type DraftFile } from './draft.ts'

type Attachment = ReturnType<ThreadComposerRuntime['getState']>['attachments'][number]

/**
 * Keeps what is being written, with the files that the server has by now, per thread, through reloads.
 * Also while another thread is looked at: a file may come then.
 */
export function useComposerDraft(composer: ThreadComposerRuntime): void {
  const aui = useAui()
  useEffect(() => {
    const threadId = () => aui.threadListItem.getState().remoteId
    // The client may become another, and then this runs again.
    if (composer.getState().isEmpty) restore(composer, readDraft(threadId()))
    let kept = composer.getState()
    return composer.subscribe(() => {
      const { text, attachments } = composer.getState()
      if (text === kept.text && attachments === kept.attachments) return
      kept = composer.getState()
      writeDraft(threadId(), { text, files: attachments.flatMap(fileOf) })
    })
  }, [aui, composer])
}

function restore(composer: ThreadComposerRuntime, { text, files }: Draft): void {
  composer.setText(text)
  for (const { id, name, type, mediaType, url } of files)
    void composer.addAttachment({
      id,
      name,
      type,
      contentType: mediaType,
      content: [{ type: 'file', data: url, mimeType: mediaType, filename: name }],
    })
}

/** One that is still on its way is lost with the page; its upload would be, too. */
function fileOf({ id, name, type, content }: Attachment): DraftFile[] {
  const [part] = content ?? []
  if (part?.type !== 'file') return []
  return [{ id, name, type, mediaType: part.mimeType, url: part.data }]
}
