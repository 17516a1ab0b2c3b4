/** Whose data a row is. Every row has one, and every query names it. */
export interface Owner {
  readonly workspaceId: string
  readonly userId: string
}

/** The one owner there is where anybody is let in: everybody's, so nobody's to take away. */
export const localOwner: Owner = { workspaceId: 'local', userId: 'local' }

export function isSameOwner(one: Owner, other: Owner): boolean {
  return one.workspaceId === other.workspaceId && one.userId === other.userId
}

/** Of those whose credentials name none. */
export const defaultWorkspaceId = 'default'
