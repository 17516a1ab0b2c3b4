import {
  ActionBarPrimitive,
  AssistantCloud,
  AssistantRuntimeProvider,
  AttachmentPrimitive,
  AuiIf,
  BranchPickerPrimitive,
  ComposerPrimitive,
  MessagePrimitive,
  ThreadListItemPrimitive,
  ThreadListPrimitive,
  ThreadPrimitive,
  readAnonymousRefreshToken,
  useAui,
} from '@assistant-ui/react'
import { AssistantChatTransport, useChatRuntime } from '@assistant-ui/react-ai-sdk'
import { useMemo } from 'react'
import { createRoot } from 'react-dom/client'

// A page of assistant-ui's own cloud runtime: nothing of this project's but the address.
const baseUrl = new URLSearchParams(location.search).get('url') ?? ''

createRoot(document.querySelector('#root')!).render(<Page />)

function Page() {
  const cloud = useMemo(() => new AssistantCloud({ baseUrl, anonymous: true }), [])
  const transport = useMemo(
    () => new AssistantChatTransport({ api: `${baseUrl}/api/chat`, headers: readHeaders }),
    [],
  )
  const runtime = useChatRuntime({ cloud, transport })
  return (
    <AssistantRuntimeProvider runtime={runtime}>
      <nav aria-label="Threads">
        <ThreadListPrimitive.Root>
          <ThreadListPrimitive.New>New</ThreadListPrimitive.New>
          <ThreadListPrimitive.Items components={{ ThreadListItem }} />
          <h2>Archive</h2>
          <ThreadListPrimitive.Items archived components={{ ThreadListItem: ArchivedItem }} />
        </ThreadListPrimitive.Root>
      </nav>
      <ThreadPrimitive.Root>
        <ThreadPrimitive.Messages
          components={{ UserMessage, AssistantMessage, EditComposer: Editor }}
        />
        <ComposerPrimitive.Root>
          <ComposerPrimitive.Attachments components={{ Attachment }} />
          <ComposerPrimitive.AddAttachment>Attach</ComposerPrimitive.AddAttachment>
          <ComposerPrimitive.Input aria-label="Message" />
          <AuiIf condition={(state) => !state.thread.isRunning}>
            <ComposerPrimitive.Send>Send</ComposerPrimitive.Send>
          </AuiIf>
        </ComposerPrimitive.Root>
      </ThreadPrimitive.Root>
    </AssistantRuntimeProvider>
  )
}

/** Those of the user that the cloud's client has signed in as. */
async function readHeaders() {
  const answer = await fetch(`${baseUrl}/v1/auth/tokens/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refresh_token: readAnonymousRefreshToken(baseUrl) }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  return { Authorization: `Bearer ${access_token}` }
}

function ThreadListItem() {
  const aui = useAui()
  return (
    <ThreadListItemPrimitive.Root data-thread>
      <ThreadListItemPrimitive.Trigger>
        <ThreadListItemPrimitive.Title fallback="Untitled" />
      </ThreadListItemPrimitive.Trigger>
      <button type="button" onClick={() => aui.threadListItem().rename('A name of my own')}>
        Rename
      </button>
      <ThreadListItemPrimitive.Archive>Archive</ThreadListItemPrimitive.Archive>
      <ThreadListItemPrimitive.Delete>Delete</ThreadListItemPrimitive.Delete>
    </ThreadListItemPrimitive.Root>
  )
}

function ArchivedItem() {
  return (
    <ThreadListItemPrimitive.Root data-archived>
      <ThreadListItemPrimitive.Title />
      <ThreadListItemPrimitive.Unarchive>Unarchive</ThreadListItemPrimitive.Unarchive>
    </ThreadListItemPrimitive.Root>
  )
}

function UserMessage() {
  return (
    <MessagePrimitive.Root>
      <div data-role="user">
        <MessagePrimitive.Parts />
      </div>
      <MessagePrimitive.Attachments components={{ Attachment }} />
      <ActionBarPrimitive.Edit>Edit</ActionBarPrimitive.Edit>
      <Branches />
    </MessagePrimitive.Root>
  )
}

function Attachment() {
  return (
    <AttachmentPrimitive.Root data-attachment>
      <AttachmentPrimitive.Name />
    </AttachmentPrimitive.Root>
  )
}

function Editor() {
  return (
    <ComposerPrimitive.Root>
      <ComposerPrimitive.Input aria-label="Edited message" />
      <ComposerPrimitive.Send>Save</ComposerPrimitive.Send>
    </ComposerPrimitive.Root>
  )
}

function AssistantMessage() {
  return (
    <MessagePrimitive.Root>
      <div data-role="assistant">
        <MessagePrimitive.Parts />
      </div>
      <ActionBarPrimitive.Reload>Regenerate</ActionBarPrimitive.Reload>
      <Branches />
    </MessagePrimitive.Root>
  )
}

function Branches() {
  return (
    <BranchPickerPrimitive.Root hideWhenSingleBranch data-branches>
      <BranchPickerPrimitive.Previous>Previous</BranchPickerPrimitive.Previous>
      <BranchPickerPrimitive.Number />/<BranchPickerPrimitive.Count />
    </BranchPickerPrimitive.Root>
  )
}
