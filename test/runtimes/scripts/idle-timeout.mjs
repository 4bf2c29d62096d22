// Follows a stream with short timeouts.
import { EventSource } from '../../../dist/index.js'

const limits = { connectTimeout: 1_000, idleTimeout: 1_000, reconnectionTime: 100 }
const source = new EventSource(process.argv[2], limits)
source.onmessage = ({ data }) => console.log(`number ${data}.`)
source.onerror = ({ error }) => console.log(`${error.reason}: ${error.message}`)
