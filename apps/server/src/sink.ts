/**
 * Takes pieces one after another, each in the turn in which it came: none costs a promise.
 * @returns undefined, or what resolves when more may be given; until then nothing is
 */
export type Sink<Piece> = (piece: Piece) => Promise<void> | undefined
