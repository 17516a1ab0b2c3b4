/** Whose data a row is. Every row has one, and every query names it. */
export interface Owner {
  readonly workspaceId: string
  readonly userId: string
}

/** The one owner there is while no authentication is configured. */
export const localOwner: Owner = { workspaceId: 'local', userId: 'local' }
