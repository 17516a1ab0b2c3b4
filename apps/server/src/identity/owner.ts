/** Whose data a row is. Every row has one, and every query names it. */
export interface Owner {
  readonly workspaceId: string
  readonly userId: string
}

/** The one owner there is where anybody is let in. */
export const localOwner: Owner = { workspaceId: 'local', userId: 'local' }

/** Of those whose credentials name none. */
export const defaultWorkspaceId = 'default'
