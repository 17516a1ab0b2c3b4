/** The databases that the one store runs on. Few places differ, and each says why. */
export type Engine = 'sqlite' | 'postgres'
