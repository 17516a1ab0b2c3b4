import type { CodeHeaderProps, SyntaxHighlighterProps } from '@assistant-ui/react-markdown'
import { CopyButton } from '../../../components/ui/copy-button.tsx'
import { useHighlighted } from './use-highlighted.ts'

export function CodeHeader({ language, code }: CodeHeaderProps) {
  return (
    <div className="code-header">
      <span>{language || 'text'}</span>
      <CopyButton label="Copy code" text={() => code} />
    </div>
  )
}

export function CodeBlock({ language, code }: SyntaxHighlighterProps) {
  const html = useHighlighted(code, language)
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre tabIndex={0}>
      {html === undefined ? (
        <code>{code}</code>
      ) : (
        // The highlighter escapes the code and adds nothing but spans.
        // oxlint-disable-next-line react/no-danger
        <code dangerouslySetInnerHTML={{ __html: html }} />
      )}
    </pre>
  )
}
