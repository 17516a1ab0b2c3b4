import { ActionBarPrimitive, MessagePrimitive, useAui } from '@assistant-ui/react'
import { Pencil } from 'lucide-react'
import { CopyButton } from '../../../components/ui/copy-button.tsx'
import { IconButton } from '../../../components/ui/icon-button.tsx'
import { FilePart } from '../parts/file-part.tsx'
import { BranchPicker } from './branch-picker.tsx'
import { MessageActions } from './message-actions.tsx'

export function UserMessage() {
  const aui = useAui()
  return (
    <MessagePrimitive.Root asChild>
      <article
        aria-label="You"
        data-role="user"
        className="group -mb-1.5 flex flex-col items-end gap-1"
      >
        <div
          dir="auto"
          className="flex max-w-[85%] flex-col gap-2 rounded-xl rounded-br-sm bg-bubble px-4 py-2.5 break-words whitespace-pre-wrap"
        >
          <MessagePrimitive.Parts components={parts} />
        </div>
        <MessageActions>
          <BranchPicker />
          <CopyButton text={() => aui.message.getCopyText()} />
          <ActionBarPrimitive.Edit asChild>
            <IconButton label="Edit">
              <Pencil />
            </IconButton>
          </ActionBarPrimitive.Edit>
        </MessageActions>
      </article>
    </MessagePrimitive.Root>
  )
}

const parts = { Text: ({ text }: { text: string }) => text, File: FilePart }
