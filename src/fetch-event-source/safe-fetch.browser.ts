/** `safeFetch` for browsers, whose `fetch` never sends credentials to another origin. */

import type { safeFetch as followsRedirects } from './safe-fetch.ts'

export const safeFetch: typeof followsRedirects = (fetch, input, init) => fetch(input, init)
