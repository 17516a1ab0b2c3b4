import { Component, type ReactNode } from 'react'

export interface ErrorBoundaryProps {
  /** In the place of what cannot be shown. */
  readonly fallback: ReactNode
  readonly children: ReactNode
}

/** Where something inside fails to render, that alone is replaced. React asks for a class here. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false }

  static getDerivedStateFromError() {
    return { hasFailed: true }
  }

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.fallback : this.props.children
  }
}
