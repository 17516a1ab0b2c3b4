import type { ComponentProps } from 'react'
import { CodeBlock, CodeHeader } from './code-block.tsx'

type Props<Tag extends 'a' | 'img' | 'table'> = ComponentProps<Tag> & { node?: unknown }

/** Of the ids that the page itself gives. */
export const footnotePrefix = 'note-'

function Link({ node: _node, children, ...props }: Props<'a'>) {
  // To a footnote and back. Nothing else on the page is there for a reply to lead to.
  if (props.href?.startsWith(`#${footnotePrefix}`)) return <a {...props}>{children}</a>
  if (props.href?.startsWith('#')) return <span>{children}</span>
  return (
    <a {...props} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  )
}

function Image({ node: _node, alt, ...props }: Props<'img'>) {
  return <img {...props} alt={alt ?? ''} loading="lazy" referrerPolicy="no-referrer" />
}

function Table({ node: _node, ...props }: Props<'table'>) {
  return (
    // Wide tables scroll, with the keyboard too.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section aria-label="Table" tabIndex={0} className="markdown-table">
      <table {...props} />
    </section>
  )
}

export const markdownComponents = {
  a: Link,
  img: Image,
  table: Table,
  CodeHeader,
  SyntaxHighlighter: CodeBlock,
}
