import type { DataMessagePartProps } from '@assistant-ui/react'
import { useState } from 'react'
import { Disclosure } from './disclosure.tsx'

/** Data that has no form of its own here. */
export function DataPart({ name, data }: DataMessagePartProps) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <Disclosure summary={`Data: ${name}`} isOpen={isOpen} onToggle={setIsOpen}>
      <pre
        // It scrolls, with the keyboard too.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="max-h-64 overflow-auto font-mono text-[0.8125rem] break-words whitespace-pre-wrap text-ink-soft"
      >
        {JSON.stringify(data, undefined, 2)}
      </pre>
    </Disclosure>
  )
}
