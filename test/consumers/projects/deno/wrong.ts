import { EventSource } from 'npm:everysource'

new EventSource('http://a.test/', { headers: 1 })
