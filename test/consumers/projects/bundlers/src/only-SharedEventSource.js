import { SharedEventSource } from 'everysource/shared'

console.log(SharedEventSource)
