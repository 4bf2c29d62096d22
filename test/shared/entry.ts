/** The library as a classic script for pages and workers, with the global `everysource`. */

export { EventSource } from 'everysource'
export { SharedEventSource } from 'everysource/shared'
