import { groupPartByType, MessagePrimitive } from '@assistant-ui/react'
import { DataPart } from '../parts/data-part.tsx'
import { FilePart } from '../parts/file-part.tsx'
import { ReasoningPart } from '../parts/reasoning-part.tsx'
import { SourcePart } from '../parts/source-part.tsx'
import { TextPart } from '../parts/text-part.tsx'
import { ToolPart } from '../parts/tool-part.tsx'
import { Waiting } from './waiting.tsx'

/** What a reply says, part by part; sources that follow each other are one list. */
export function ReplyParts() {
  return (
    <MessagePrimitive.GroupedParts groupBy={bySources} indicator="empty">
      {({ part, children }) => {
        switch (part.type) {
          case 'group-sources':
            return (
              <ul aria-label="Sources" className="flex min-w-0 flex-wrap gap-2">
                {children}
              </ul>
            )
          case 'text':
            return <TextPart {...part} />
          case 'reasoning':
            return <ReasoningPart {...part} />
          case 'source':
            return <SourcePart {...part} />
          case 'file':
            return <FilePart {...part} />
          case 'tool-call':
            return part.toolUI ?? <ToolPart {...part} />
          case 'data':
            return part.dataRendererUI ?? <DataPart {...part} />
          case 'indicator':
            return <Waiting />
          default:
            return null
        }
      }}
    </MessagePrimitive.GroupedParts>
  )
}

const bySources = groupPartByType({ source: ['group-sources'] })
