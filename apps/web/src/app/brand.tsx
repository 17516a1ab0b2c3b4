/** The product's sign and name. */
export function Brand() {
  return (
    <span className="flex items-center gap-2.5 font-semibold tracking-tight">
      <img src="/favicon.svg" alt="" className="size-6" />
      assistant-ui-proxy
    </span>
  )
}
