/** Where the reply's next words will come. */
export function Waiting() {
  return (
    <p className="flex h-6 items-center">
      <span aria-hidden className="size-2.5 animate-breathe rounded-full bg-accent" />
      <span className="sr-only">Waiting for the reply</span>
    </p>
  )
}
