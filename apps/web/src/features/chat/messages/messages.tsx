import { ThreadPrimitive } from '@assistant-ui/react'
import { AssistantMessage } from './assistant-message.tsx'
import { EditComposer } from './edit-composer.tsx'
import { UserMessage } from './user-message.tsx'

/** The branch that is looked at. */
export function Messages() {
  return (
    <div className="mx-auto flex w-full max-w-184 flex-col gap-3 pt-6 pb-10">
      <ThreadPrimitive.Messages components={components} />
    </div>
  )
}

// One object for good: each message renders when it changes, not when its neighbour does.
const components = { UserMessage, AssistantMessage, UserEditComposer: EditComposer }
