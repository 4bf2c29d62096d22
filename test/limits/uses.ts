/** Uses of the package, each until the first message. */

import type { Loaded } from './builds.ts'

/** The message's data, or an exception at the call, or a later error event or rejection. */
export type Outcome = { data: string } | { thrown: string } | { failed: string }

export type Use = (loaded: Loaded, url: string, options?: { fetch?: never }) => Promise<Outcome>

const BYTES = new TextEncoder().encode('data: hello\n\n')

export const USES: Record<string, Use> = {
  EventSource: ({ everysource }, url, options) =>
    called(
      () => new everysource.EventSource(url, options),
      (source) =>
        new Promise((resolve) => {
          source.onmessage = ({ data }: { data: string }) => {
            source.close()
            resolve({ data })
          }
          source.addEventListener('error', ({ message }) => {
            source.close()
            resolve({ failed: message ?? 'a message' })
          })
        }),
    ),
  'streamEvents of a URL': ({ everysource }, url, options) =>
    called(() => everysource.streamEvents(url, options), first),
  'streamEvents of a response': ({ everysource }) =>
    called(
      () => everysource.streamEvents(new Response(BYTES, { headers: { 'Content-Type': 'text/event-stream' } })),
      first,
    ),
  'streamEvents of a stream': ({ everysource }) =>
    called(() => everysource.streamEvents(new Blob([BYTES]).stream()), first),
  EventDecoderStream: ({ everysource }) =>
    called(
      () => new everysource.EventDecoderStream(),
      async ({ writable, readable }) => {
        void writable.getWriter().write(BYTES)
        const { value } = await readable.getReader().read()
        return { data: value?.data ?? '' }
      },
    ),
  fetchEventSource: async ({ dropIn }, url, options) => {
    const controller = new AbortController()
    let outcome: Outcome = { failed: 'no message was received' }
    try {
      await dropIn.fetchEventSource(url, {
        ...options,
        signal: controller.signal,
        onmessage: ({ data }) => {
          outcome = { data }
          controller.abort()
        },
        onerror: (error) => {
          throw error
        },
      })
    } catch (error) {
      return { failed: String(error) }
    }
    return outcome
  },
}

async function called<T>(call: () => T, then: (made: T) => Promise<Outcome>): Promise<Outcome> {
  let made
  try {
    made = call()
  } catch (error) {
    return { thrown: String(error) }
  }
  try {
    return await then(made)
  } catch (error) {
    return { failed: String(error) }
  }
}

/** Returns the first event of a loop. Compiled code uses a string if the runtime has no Symbol.asyncIterator. */
async function first(stream: object): Promise<Outcome> {
  const { [Symbol.asyncIterator]: own, '@@asyncIterator': compiled } = stream as Record<
    string | symbol,
    (() => AsyncIterator<{ data: string }>) | undefined
  >
  const iterator = (own ?? compiled)?.call(stream)
  const result = await iterator?.next()
  await iterator?.return?.()
  return { data: result?.done === false ? result.value.data : 'nothing' }
}
