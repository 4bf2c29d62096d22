// Node, with a global dispatcher that ends silent bodies and unanswered requests after 700 ms.
import { Agent, setGlobalDispatcher } from 'undici'
import { follow } from './follow.mjs'

setGlobalDispatcher(new Agent({ bodyTimeout: 700, headersTimeout: 700 }))
follow()
