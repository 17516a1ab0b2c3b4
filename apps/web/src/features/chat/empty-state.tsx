import { ThreadPrimitive } from '@assistant-ui/react'
import { Brain, Sparkles, Table2, Text } from 'lucide-react'

const suggestions = [
  { Icon: Sparkles, title: 'What can you do?', detail: 'A short tour' },
  { Icon: Table2, title: 'Show me a table and some code', detail: 'Markdown, highlighted' },
  {
    Icon: Brain,
    title: 'Think aloud: how many days has May?',
    detail: 'Reasoning before the answer',
  },
  { Icon: Text, title: 'Write 400 words about streams', detail: 'A long answer, as it comes' },
]

/** What a new chat offers. */
export function EmptyState() {
  return (
    <div className="mx-auto flex w-full max-w-184 flex-1 flex-col justify-center py-8">
      <h2 className="text-2xl font-semibold tracking-tight text-balance sm:text-[1.75rem]">
        What would you like to know?
      </h2>
      <p className="mt-2 text-ink-soft">Ask anything, or begin with one of these.</p>
      <ul className="mt-8 grid gap-2.5 sm:grid-cols-2">
        {suggestions.map(({ Icon, title, detail }) => (
          <li key={title}>
            <ThreadPrimitive.Suggestion
              prompt={title}
              send
              className="flex h-full w-full items-start gap-3 rounded-lg border px-4 py-3.5 text-start transition-colors hover:border-line-strong hover:bg-hover"
            >
              <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
              <span className="min-w-0">
                <span className="block text-sm font-medium text-pretty">{title}</span>
                <span className="mt-0.5 block text-[0.8125rem] text-ink-faint">{detail}</span>
              </span>
            </ThreadPrimitive.Suggestion>
          </li>
        ))}
      </ul>
    </div>
  )
}
