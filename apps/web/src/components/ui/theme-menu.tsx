import { Monitor, Moon, Sun } from 'lucide-react'
import { setTheme, useTheme, type Theme } from '../../lib/theme.ts'
import { IconButton } from './icon-button.tsx'
import { Menu, MenuRadioGroup, MenuRadioItem } from './menu.tsx'

const choices = [
  { theme: 'light', name: 'Light', Icon: Sun },
  { theme: 'dark', name: 'Dark', Icon: Moon },
  { theme: 'system', name: 'System', Icon: Monitor },
] as const

export function ThemeMenu() {
  const theme = useTheme()
  const { Icon } = choices.find((choice) => choice.theme === theme) ?? choices[2]
  return (
    <Menu
      trigger={
        <IconButton label="Theme">
          <Icon />
        </IconButton>
      }
    >
      <MenuRadioGroup value={theme} onValueChange={(value) => setTheme(value as Theme)}>
        {choices.map((choice) => (
          <MenuRadioItem key={choice.theme} value={choice.theme} icon={<choice.Icon />}>
            {choice.name}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
    </Menu>
  )
}
