import { passFocus } from '../../lib/pass-focus.ts'

const linkSelector = 'li a'

/** Where the focus goes when a row leaves the list: the next row, else "New chat", the first button there. */
export function rowAfter(element: Element | null | undefined): HTMLElement | undefined {
  const list = element?.closest('nav')
  if (!list) return undefined
  const links = [...list.querySelectorAll<HTMLElement>(linkSelector)]
  const own = element?.closest('li')?.querySelector<HTMLElement>(linkSelector)
  const next = own && links[links.indexOf(own) + 1]
  return next ?? list.querySelector('button') ?? undefined
}

/** Of what stands at the list's end: the last row takes the focus over. */
export const passFocusToLastRow = passFocus((element) => {
  const list = element.closest('nav')
  return () =>
    [...(list?.querySelectorAll<HTMLElement>(linkSelector) ?? [])].at(-1) ??
    list?.querySelector('button')
})
