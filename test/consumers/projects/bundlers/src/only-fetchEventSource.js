import { fetchEventSource } from 'everysource/fetch-event-source'

console.log(fetchEventSource)
