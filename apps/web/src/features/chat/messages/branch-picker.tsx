import { BranchPickerPrimitive, useAui, useAuiState } from '@assistant-ui/react'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from '../../../components/ui/icon-button.tsx'
import { passFocus } from '../../../lib/pass-focus.ts'

/** ‹ 2/3 ›: between edits, or between replies to the same message. */
export function BranchPicker() {
  const aui = useAui()
  const number = useAuiState((state) => state.message.branchNumber)
  const count = useAuiState((state) => state.message.branchCount)
  const mayChange = useAuiState(({ thread: { isRunning, capabilities } }) =>
    isRunning ? capabilities.switchBranchDuringRun : capabilities.switchToBranch,
  )
  const go = (position: 'previous' | 'next') => aui.message.switchToBranch({ position })
  return (
    <BranchPickerPrimitive.Root hideWhenSingleBranch asChild>
      <fieldset
        aria-label="Versions"
        className="flex items-center text-[0.8125rem] text-ink-faint tabular-nums"
      >
        <Step label="Previous" isPossible={mayChange && number > 1} onStep={() => go('previous')}>
          <ChevronLeft />
        </Step>
        <span>
          {number}/{count}
        </span>
        <Step label="Next" isPossible={mayChange && number < count} onStep={() => go('next')}>
          <ChevronRight />
        </Step>
      </fieldset>
    </BranchPickerPrimitive.Root>
  )
}

interface StepProps {
  readonly label: string
  readonly isPossible: boolean
  readonly onStep: () => void
  readonly children: ReactNode
}

/** At the last version it keeps the focus that `disabled` would take away. */
function Step({ label, isPossible, onStep, children }: StepProps) {
  return (
    <IconButton
      ref={passFocusToSame}
      label={label}
      aria-disabled={!isPossible}
      onClick={() => isPossible && onStep()}
      className="aria-disabled:cursor-default aria-disabled:opacity-35"
    >
      {children}
    </IconButton>
  )
}

/** Another version is another message: its button is where this one was. */
const passFocusToSame = passFocus((element) => {
  const message = element.closest('[data-message-id]')
  const [before, around] = [message?.previousElementSibling, message?.parentElement]
  return () =>
    (before ? before.nextElementSibling : around?.firstElementChild)?.querySelector<HTMLElement>(
      `button[aria-label="${element.ariaLabel}"]`,
    )
})
