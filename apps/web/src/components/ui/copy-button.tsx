import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { tell } from '../../lib/notices.ts'
import { IconButton } from './icon-button.tsx'

const copiedDurationMs = 2_000

export function CopyButton({ label = 'Copy', text }: { label?: string; text: () => string }) {
  const [isCopied, setIsCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setIsCopied(false), copiedDurationMs)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text())
      setIsCopied(true)
    } catch {
      tell({ title: 'Not copied', detail: 'The browser does not let this page use the clipboard.' })
    }
  }
  return (
    <IconButton label={isCopied ? 'Copied' : label} onClick={() => void copy()}>
      {isCopied ? <Check /> : <Copy />}
    </IconButton>
  )
}
