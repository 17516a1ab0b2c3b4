import { TextMessagePartProvider } from '@assistant-ui/react'
import {
  MarkdownTextPrimitive,
  type MarkdownTextPrimitiveProps,
} from '@assistant-ui/react-markdown'
import { memo, useId, useMemo } from 'react'
import remarkGfm from 'remark-gfm'
import { footnotePrefix, markdownComponents } from './markdown-components.tsx'
import { rehypeBlocks } from './rehype-blocks.ts'
import { rehypeFootnoteLabel } from './rehype-footnote-label.ts'
import { splitMarkdown } from './split-markdown.ts'
import './markdown.css'

export interface MarkdownProps {
  readonly text: string
  readonly isRunning: boolean
}

/** Text as Markdown. While it grows, only its last block is parsed again. */
export function Markdown({ text, isRunning }: MarkdownProps) {
  const blocks = useMemo(() => splitMarkdown(text), [text])
  return (
    <div className="markdown">
      {blocks.map((block, index) => (
        // A block that is complete never moves: blocks are only added behind it.
        // oxlint-disable-next-line react/no-array-index-key
        <Block key={index} text={block} isRunning={isRunning && index === blocks.length - 1} />
      ))}
    </div>
  )
}

const Block = memo(function Block({ text, isRunning }: MarkdownProps) {
  // The footnotes of one text are not those of another, of the same message neither.
  const prefix = `${footnotePrefix}${useId()}-`
  const options = useMemo(() => ({ clobberPrefix: prefix }), [prefix])
  const rehypePlugins = useMemo(
    (): MarkdownTextPrimitiveProps['rehypePlugins'] => [
      rehypeBlocks,
      [rehypeFootnoteLabel, prefix],
    ],
    [prefix],
  )
  return (
    <TextMessagePartProvider text={text} isRunning={isRunning}>
      <MarkdownTextPrimitive
        className="contents"
        smooth={false}
        remarkPlugins={remarkPlugins}
        rehypePlugins={rehypePlugins}
        remarkRehypeOptions={options}
        components={markdownComponents}
      />
    </TextMessagePartProvider>
  )
})

const remarkPlugins = [remarkGfm]
