/** `import 'everysource'`: the class and what comes with it. */

export { ConnectionError, type FailureReason } from './connection/connection-error.ts'
export type { EventSourceInit } from './connection/options.ts'
export type { FetchLike, FetchLikeInit, FetchLikeResponse } from './connection/request.ts'
export { EventSource } from './event-source/event-source.ts'
export { ErrorEvent } from './event-source/events.ts'
export type { EventSourceConstructor, EventSourceEventMap, SourceMessageEvent } from './event-source/interface.ts'
