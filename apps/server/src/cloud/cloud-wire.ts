import type { CloudMessage, CloudThread } from '@assistant-ui-proxy/contract'
import type { CloudMessageRecord, CloudThreadRecord, Report, TreeNode } from './cloud-store.ts'
import { contentIn } from './message-formats.ts'

/** There is one project: this server. */
const projectId = 'assistant-ui-proxy'

export function threadToWire({ owner, metadata, ...thread }: CloudThreadRecord): CloudThread {
  return {
    ...thread,
    project_id: projectId,
    workspace_id: owner.workspaceId,
    ...(metadata !== undefined && { metadata }),
  }
}

/** @returns undefined where the message cannot be told in that format */
export function messageToWire(
  message: CloudMessageRecord,
  height: number,
  format: string | undefined,
): CloudMessage | undefined {
  const told = contentIn(format, message)
  const { id, parent_id, created_at, updated_at, external_id } = message
  return told && { id, parent_id, height, created_at, updated_at, external_id, ...told }
}

export function reportToWire({ owner, ...report }: Report) {
  return { ...report, workspace_id: owner.workspaceId, user_id: owner.userId }
}

/** How far each message is from its root, which is at 0. @param tree parents first */
export function heightsOf(tree: readonly TreeNode[]): Map<string, number> {
  const heights = new Map<string, number>()
  for (const { id, parent_id } of tree)
    heights.set(id, parent_id === null ? 0 : (heights.get(parent_id) ?? -1) + 1)
  return heights
}
