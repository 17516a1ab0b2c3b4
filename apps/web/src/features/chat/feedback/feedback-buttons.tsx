import { useAui, useAuiState } from '@assistant-ui/react'
import { ThumbsDown, ThumbsUp } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '../../../components/ui/icon-button.tsx'
import { cloud } from '../../../lib/api.ts'
import { tellIfItFails } from '../../../lib/notices.ts'
import { bodyOf } from '../../../lib/problem.ts'
import { storage } from '../../../lib/storage.ts'

type Feedback = 'positive' | 'negative'

/** Whether a reply was good. The server keeps it; this browser remembers what was pressed. */
export function FeedbackButtons() {
  const aui = useAui()
  const messageId = useAuiState((state) => state.message.id)
  const key = `feedback:${messageId}`
  const [given, setGiven] = useState(() => storage.read(key))
  const give = async (type: Feedback) => {
    const before = given
    setGiven(type)
    const { remoteId = '' } = aui.threadListItem.getState()
    const params = { thread_id: remoteId, message_id: messageId }
    try {
      bodyOf(await cloud.messages.feedback({ params, body: { type } }), 201)
      storage.write(key, type)
    } catch (error) {
      setGiven(before)
      throw error
    }
  }
  return (
    <>
      <IconButton
        label="Good reply"
        aria-pressed={given === 'positive'}
        className={pressedStyle}
        onClick={() => tellIfItFails(give('positive'))}
      >
        <ThumbsUp />
      </IconButton>
      <IconButton
        label="Bad reply"
        aria-pressed={given === 'negative'}
        className={pressedStyle}
        onClick={() => tellIfItFails(give('negative'))}
      >
        <ThumbsDown />
      </IconButton>
    </>
  )
}

const pressedStyle = 'aria-pressed:text-accent'
