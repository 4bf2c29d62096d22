/**
 * `import { … } from 'everysource/fetch-event-source'`: a drop-in replacement for `@microsoft/fetch-event-source`
 * 2.0.1, with the same exports.
 *
 * @module everysource/fetch-event-source
 */

export type { EventSourceMessage } from './fetch-event-source/block-decoder.ts'
export {
  EventStreamContentType,
  fetchEventSource,
  type FetchEventSourceInit,
} from './fetch-event-source/fetch-event-source.ts'
