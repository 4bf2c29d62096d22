import { EventSource } from 'everysource'

console.log(EventSource)
