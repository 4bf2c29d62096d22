/** A browser's `fetch` never sends credentials on to another origin. */

import type { fetchWithCare as follow } from './fetch-with-care.ts'

export const fetchWithCare: typeof follow = (fetch, input, init) => fetch(input, init)
