import { passFocus } from '../../lib/pass-focus.ts'

/** Of what is beside a text box: it takes the focus over, where that does not open a keyboard on the screen. */
export const passFocusToTextBox = passFocus((element) => {
  const form = element.closest('form')
  return () => (matchMedia('(pointer: fine)').matches ? form?.querySelector('textarea') : undefined)
})
