/** The suite as a script of edge-runtime, which hears of requests as a service worker does. */

import { suiteResponse } from './suite-response.ts'

interface FetchEvent extends Event {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

addEventListener('fetch', (event) => {
  const { request, respondWith } = event as FetchEvent
  respondWith.call(event, suiteResponse(request))
})
