import { ChevronDown } from 'lucide-react'
import { Menu, MenuRadioGroup, MenuRadioItem } from '../../components/ui/menu.tsx'
import { chooseModel } from './chosen-model.ts'
import { useModels } from './use-models.ts'

/** Chooses who answers, where there is a choice. */
export function ModelMenu() {
  const { models, chosenId } = useModels()
  if (models.length < 2) return null
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={`Model: ${chosenId ?? 'default'}`}
          className="touchable inline-flex h-8 max-w-56 min-w-0 items-center gap-1 rounded-md px-2 text-sm text-ink-soft hover:bg-hover max-sm:max-w-32"
        >
          <span className="truncate">{chosenId ?? 'Default model'}</span>
          <ChevronDown aria-hidden className="size-4 shrink-0 opacity-75" />
        </button>
      }
    >
      <MenuRadioGroup
        value={chosenId ?? ''}
        onValueChange={chooseModel}
        className="max-h-80 overflow-y-auto"
      >
        {models.map(({ id }) => (
          <MenuRadioItem key={id} value={id}>
            <span className="max-w-72 truncate">{id}</span>
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
    </Menu>
  )
}
