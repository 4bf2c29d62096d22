import { streamEvents } from 'everysource'

console.log(streamEvents)
