import type { ReasoningMessagePartProps } from '@assistant-ui/react'
import { clsx } from 'clsx'
import { useState } from 'react'
import { Disclosure } from './disclosure.tsx'

/** The thinking before the answer: open while it comes, folded once the answer begins. */
export function ReasoningPart({ text, status }: ReasoningMessagePartProps) {
  const isThinking = status.type === 'running'
  const [choice, setChoice] = useState<boolean>()
  return (
    <Disclosure
      summary={
        <span className={clsx(isThinking && 'animate-breathe')}>
          {isThinking ? 'Thinking' : 'Thought'}
        </span>
      }
      isOpen={choice ?? isThinking}
      onToggle={setChoice}
    >
      <p dir="auto" className="text-sm break-words whitespace-pre-wrap text-ink-soft">
        {text}
      </p>
    </Disclosure>
  )
}
