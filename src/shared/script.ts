/** The script build with `SharedEventSource`: a page needs no other script. */

export * from '../index.ts'
export { SharedEventSource } from './shared-event-source.ts'
