import { useEffect } from 'react'

const productName = 'assistant-ui-proxy'

/** @param name of what is looked at; without one the product's alone */
export function useDocumentTitle(name: string | undefined): void {
  useEffect(() => {
    document.title = name ? `${name} · ${productName}` : productName
  }, [name])
}
