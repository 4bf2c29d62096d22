/**
 * `import { fetch } from 'expo/fetch'`, which streams: its responses have a body of the class that web-streams-polyfill has, and
 * bytes come by events of a native module, here of `nativeRequest`, a function of the test's.
 */

import { ReadableStream } from 'web-streams-polyfill'

export function fetch(url, { signal, method, headers } = {}) {
  return new Promise((resolve, reject) => {
    let controller
    const body = new ReadableStream({
      start: (given) => (controller = given),
      cancel: () => cancel(),
    })
    const cancel = globalThis.nativeRequest(url, JSON.stringify({ method, headers }), {
      responded: (status, contentType) => {
        resolve({ status, url, headers: new Headers({ 'content-type': contentType }), body })
      },
      // A list of numbers: the bytes are those of this realm.
      received: (bytes) => controller.enqueue(new Uint8Array(bytes)),
      ended: () => controller.close(),
      failed: (message) => {
        const error = new Error(message)
        reject(error)
        controller.error(error)
      },
    })
    signal?.addEventListener('abort', () => {
      cancel()
      const error = new Error('The operation was aborted')
      reject(error)
      try {
        controller.error(error)
      } catch {
        // It has ended.
      }
    })
  })
}
