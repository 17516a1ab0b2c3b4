import { BranchPickerPrimitive } from '@assistant-ui/react'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { IconButton } from '../../../components/ui/icon-button.tsx'

/** ‹ 2/3 ›: between edits, or between replies to the same message. */
export function BranchPicker() {
  return (
    <BranchPickerPrimitive.Root hideWhenSingleBranch asChild>
      <fieldset
        aria-label="Versions"
        className="flex items-center text-[0.8125rem] text-ink-faint tabular-nums"
      >
        <BranchPickerPrimitive.Previous asChild>
          <IconButton label="Previous">
            <ChevronLeft />
          </IconButton>
        </BranchPickerPrimitive.Previous>
        <span>
          <BranchPickerPrimitive.Number />/<BranchPickerPrimitive.Count />
        </span>
        <BranchPickerPrimitive.Next asChild>
          <IconButton label="Next">
            <ChevronRight />
          </IconButton>
        </BranchPickerPrimitive.Next>
      </fieldset>
    </BranchPickerPrimitive.Root>
  )
}
