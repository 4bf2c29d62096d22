/**
 * `import { SharedEventSource } from 'everysource/shared'`: an `EventSource` that shares one connection with all tabs of the origin.
 *
 * @module everysource/shared
 */

export type {
  SharedEventSourceConstructor,
  SharedEventSourceEventMap,
  SharedEventSourceInit,
} from './shared/interface.ts'
export { SharedEventSource } from './shared/shared-event-source.ts'
