/** Follows a stream with a package of the README's table, and prints each callback's arguments as a line of JSON. */

import type { Feature, Orders } from './features.ts'

interface EventSourceLike extends EventTarget {
  onmessage: ((event: MessageEvent) => void) | null
  onerror: ((event: { code?: number; status?: number; error?: { body?: string } }) => void) | null
}

interface Packages {
  EventSource?: new (url: string, init?: object) => EventSourceLike
  streamEvents?: (url: string, init?: object) => AsyncIterable<{ data: string }>
  createEventSource?: (init: object) => AsyncIterable<{ data: string }>
  fetchEventSource?: (url: string, init?: object) => Promise<void>
}

const { specifier, feature, route, url } = JSON.parse(process.argv[2] ?? '') as Orders

// Some packages let the process exit while they wait to reconnect, which is a separate feature.
if (feature === 'resume') setInterval(() => undefined, 1_000)
if (feature !== 'node') stubPage()
const { EventSource, streamEvents, createEventSource, fetchEventSource } = (await import(specifier)) as Packages
if (feature === 'interface') printInterface()
else if (feature === 'loop') await loop()
else follow()

function follow(): void {
  const init = initOf(feature)
  if (EventSource) {
    const source = new EventSource(url, init)
    source.onmessage = ({ data }) => print({ data: data as string })
    source.onerror = ({ code, status = code, error }) => print({ status, body: error?.body })
  } else if (createEventSource) {
    createEventSource({ url, onMessage: ({ data }: { data: string }) => print({ data }), ...init })
  } else {
    const callbacks = {
      onopen: async (response: Response) => {
        if (!response.ok) print({ status: response.status, body: await response.text() })
        if (!response.ok) throw new Error('refused')
      },
      onmessage: ({ data }: { data: string }) => print({ data }),
    }
    void fetchEventSource?.(url, { ...callbacks, ...init })
  }
}

async function loop(): Promise<void> {
  const events = streamEvents?.(url) ?? createEventSource?.({ url })
  if (events) for await (const { data } of events) print({ data })
}

function printInterface(): void {
  const Class = EventSource as (typeof EventSource & { OPEN?: number }) | undefined
  print({ isInterface: Class !== undefined && Class.OPEN === 1 && Class.prototype instanceof EventTarget })
}

/** Options for a feature: the package's own, or a custom `fetch`. */
function initOf(feature: Feature): object {
  const request = requestOf(feature)
  if (route === 'option') {
    // Retries refused responses if the package has such a policy.
    const policy = feature === 'retryAfter' ? { reconnect: { shouldReconnect: () => true } } : {}
    return { ...request, ...policy, ...(feature === 'idle' && { idleTimeout: 300 }) }
  }
  return {
    fetch: async (input: string, init: RequestInit) => {
      const response = await fetch(input, { ...init, ...request })
      if (!response.ok) print({ status: response.status, body: await response.clone().text() })
      return response
    },
  }
}

function requestOf(feature: Feature): RequestInit {
  if (feature === 'headers') return { headers: { 'x-feature': 'yes' } }
  return feature === 'post' ? { method: 'POST', body: 'hello' } : {}
}

/** `@microsoft/fetch-event-source` needs a page. */
function stubPage(): void {
  const nothing = (): void => undefined
  const document = { hidden: false, addEventListener: nothing, removeEventListener: nothing }
  if (specifier.includes('fetch-event-source')) Object.assign(globalThis, { window: globalThis, document })
}

function print(seen: object): void {
  console.log(JSON.stringify(seen))
}
