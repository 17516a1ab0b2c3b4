export {
  createAssistantCloudClient,
  type AssistantCloudClient,
} from './assistant-cloud/assistant-cloud-client.ts'
export { assistantCloudContract } from './assistant-cloud/assistant-cloud-contract.ts'
export type {
  CloudFeedback,
  CloudMessage,
  CloudMessageListQuery,
  NewCloudFeedback,
  NewCloudMessage,
} from './assistant-cloud/cloud-message.ts'
export {
  titleAssistantId,
  type CloudEvents,
  type CloudReportListQuery,
  type CloudRunReport,
  type CloudRunStream,
  type CloudScore,
  type NewCloudScore,
} from './assistant-cloud/cloud-run.ts'
export type {
  CloudThread,
  CloudThreadListQuery,
  CloudThreadUpdate,
  NewCloudThread,
} from './assistant-cloud/cloud-thread.ts'
export type { CallSettings } from './call-settings.ts'
export { chatContract, type ChatBody, type ChatReply, type ChatRequest } from './chat-contract.ts'
export { createClient, type ChatStreamOptions, type Client } from './chat-client.ts'
export type { ConnectionListener } from './chat-stream.ts'
export { isUIMessageChunk } from './chunk-guard.ts'
export { contract } from './contract.ts'
export { createFetcher, type ClientOptions } from './fetcher.ts'
export { idSchema } from './id.ts'
export { accumulate, emptyReply, type Reply } from './message-accumulator.ts'
export { chunksOfMessage, errorChunk } from './message-chunks.ts'
export {
  isToolPart,
  textOfParts,
  toolNameOf,
  type MessagePart,
  type ReasoningPart,
  type TextPart,
  type ToolPart,
} from './message-part.ts'
export {
  chatMessageSchema,
  type ChatMessage,
  type Message,
  type MessageRole,
  type MessageStatus,
} from './message.ts'
export { modelSchema, type Model } from './model.ts'
export {
  createProblem,
  parseProblem,
  problemCatalogue,
  ProblemError,
  problemSchema,
  type Problem,
  type ProblemCode,
  type ProblemDetails,
} from './problem.ts'
export { searchContract, type SearchHit, type SearchQuery } from './search-contract.ts'
export {
  createEventReader,
  decodeChunk,
  doneFrame,
  encodeChunks,
  eventIdLine,
  eventStreamHeaders,
  keepAliveFrame,
  parseEventId,
  type EventPosition,
  type EventReader,
} from './sse.ts'
export { systemContract, type Readiness } from './system-contract.ts'
export { threadContract } from './thread-contract.ts'
export type { ListThreadsQuery, Thread, ThreadUpdate } from './thread.ts'
export type { Tools } from './tool.ts'
export {
  isTerminal,
  type FinishReason,
  type TerminalChunk,
  type UIMessageChunk,
} from './ui-message-chunk.ts'
