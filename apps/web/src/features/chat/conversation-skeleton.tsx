import { Skeleton } from '../../components/ui/skeleton.tsx'

export function ConversationSkeleton() {
  return (
    <output
      aria-label="Loading the conversation"
      className="mx-auto flex w-full max-w-184 flex-col gap-8 py-8"
    >
      <Skeleton className="h-10 w-48 self-end rounded-xl" />
      <div className="flex flex-col gap-3">
        <Skeleton className="h-3.5 w-full" />
        <Skeleton className="h-3.5 w-11/12" />
        <Skeleton className="h-3.5 w-3/5" />
      </div>
    </output>
  )
}
