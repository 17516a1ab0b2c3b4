import { clsx } from 'clsx'
import { Check } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'

export interface MenuProps {
  /** A button that passes props and a ref on. */
  readonly trigger: ReactNode
  readonly children: ReactNode
  readonly align?: 'start' | 'end'
  /** What gets the focus when it is closed, where that is not the trigger. */
  readonly returnTo?: () => HTMLElement | null | undefined
}

export function Menu({ trigger, children, align = 'end', returnTo }: MenuProps) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            const target = returnTo?.()
            if (!target) return
            event.preventDefault()
            target.focus()
          }}
          className="z-50 min-w-44 animate-appear rounded-lg border bg-raised p-1 shadow-high"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

export interface MenuItemProps {
  readonly icon: ReactNode
  readonly children: ReactNode
  readonly onSelect: () => void
  readonly isDangerous?: boolean
}

export function MenuItem({ icon, children, onSelect, isDangerous = false }: MenuItemProps) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      className={clsx(itemStyle, isDangerous && 'text-danger')}
    >
      {icon}
      {children}
    </DropdownMenu.Item>
  )
}

export const MenuRadioGroup = DropdownMenu.RadioGroup

export interface MenuRadioItemProps {
  readonly value: string
  readonly icon?: ReactNode
  readonly children: ReactNode
}

export function MenuRadioItem({ value, icon, children }: MenuRadioItemProps) {
  return (
    <DropdownMenu.RadioItem
      value={value}
      className={clsx(itemStyle, 'data-[state=checked]:bg-selected')}
    >
      {icon}
      {children}
      <DropdownMenu.ItemIndicator className="ms-auto ps-4">
        <Check aria-hidden />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.RadioItem>
  )
}

const itemStyle = clsx(
  'touchable flex h-9 items-center gap-2.5 rounded-sm px-2.5 text-sm select-none',
  'data-highlighted:bg-hover focus-visible:-outline-offset-2 [&_svg]:size-4 [&_svg]:opacity-75',
)
