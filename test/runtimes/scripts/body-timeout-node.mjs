// Follows a stream in Node with a global dispatcher that times out after 700 ms without headers or body data.
import { Agent, setGlobalDispatcher } from 'undici'
import { follow } from './follow.mjs'

setGlobalDispatcher(new Agent({ bodyTimeout: 700, headersTimeout: 700 }))
follow()
