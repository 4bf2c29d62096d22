/** The suite as a script for edge-runtime, which handles requests with fetch events like a service worker. */

import { suiteResponse } from './suite-response.ts'

interface FetchEvent extends Event {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

addEventListener('fetch', (event) => {
  const { request, respondWith } = event as FetchEvent
  respondWith.call(event, suiteResponse(request))
})
