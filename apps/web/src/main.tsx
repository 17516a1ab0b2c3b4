import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import './app/styles.css'
import { preloadMarkdown } from './features/chat/parts/text-part.tsx'
import { keepAboveKeyboard } from './lib/keep-above-keyboard.ts'

const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root.')
keepAboveKeyboard()
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
preloadMarkdown()
