/** The script build with `SharedEventSource`: it also contains the index. */

export * from '../index.ts'
export { SharedEventSource } from './shared-event-source.ts'
