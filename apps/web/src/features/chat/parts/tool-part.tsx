import type { ToolCallMessagePartProps } from '@assistant-ui/react'
import { useState } from 'react'
import { Disclosure } from './disclosure.tsx'

/** A call of a tool that has no form of its own here. */
export function ToolPart({
  toolName,
  argsText,
  result,
  isError,
  status,
}: ToolCallMessagePartProps) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <Disclosure
      summary={
        <span>
          {describe(isError === true, result !== undefined, status.type === 'running')}{' '}
          <code className="font-mono text-[0.8125rem] text-ink-soft">{toolName}</code>
        </span>
      }
      isOpen={isOpen}
      onToggle={setIsOpen}
    >
      <div className="flex flex-col gap-3 text-sm">
        {argsText !== '' && <Json title="Input" text={indent(argsText)} />}
        {result !== undefined && (
          <Json title={isError ? 'Error' : 'Output'} text={textOf(result)} />
        )}
      </div>
    </Disclosure>
  )
}

function Json({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <p className="text-xs font-medium text-ink-faint">{title}</p>
      <pre
        // It scrolls, with the keyboard too.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="mt-1 max-h-64 overflow-auto font-mono text-[0.8125rem] break-words whitespace-pre-wrap text-ink-soft"
      >
        {text}
      </pre>
    </div>
  )
}

function describe(isError: boolean, hasResult: boolean, isRunning: boolean): string {
  if (isError) return 'Failed:'
  if (hasResult) return 'Used'
  return isRunning ? 'Using' : 'Called'
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
}

/** JSON that is still on its way stays as it comes. */
function indent(json: string): string {
  try {
    return textOf(JSON.parse(json))
  } catch {
    return json
  }
}
