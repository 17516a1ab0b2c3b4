import { Search, X } from 'lucide-react'
import { useRef } from 'react'
import { IconButton } from '../../components/ui/icon-button.tsx'

export interface SearchFieldProps {
  readonly words: string
  readonly onChange: (words: string) => void
}

export function SearchField({ words, onChange }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  const clear = () => {
    field.current?.focus()
    onChange('')
  }
  return (
    <search className="relative px-3 pb-1">
      <Search
        aria-hidden
        className="pointer-events-none absolute start-6 top-0 bottom-1 my-auto size-4 text-ink-faint"
      />
      <input
        ref={field}
        type="text"
        inputMode="search"
        enterKeyHint="search"
        autoComplete="off"
        maxLength={200}
        aria-label="Search conversations"
        dir="auto"
        placeholder="Search"
        value={words}
        onChange={({ target }) => onChange(target.value)}
        data-takes-escape={words === '' ? undefined : true}
        onKeyDown={({ key }) => key === 'Escape' && onChange('')}
        className="touchable h-9 w-full rounded-md border border-transparent bg-hover px-9 text-sm placeholder:text-ink-faint hover:border-line focus:bg-raised max-sm:text-base"
      />
      {words !== '' && (
        <div className="absolute end-3.5 top-0 bottom-1 flex items-center">
          <IconButton label="Clear search" onClick={clear}>
            <X aria-hidden className="size-4" />
          </IconButton>
        </div>
      )}
    </search>
  )
}
