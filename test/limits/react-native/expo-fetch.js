/**
 * `import { fetch } from 'expo/fetch'`: a streaming fetch. Its bodies are streams of web-streams-polyfill, and bytes arrive as
 * events from a native module, simulated by the test's `nativeRequest`.
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
      // An array of numbers, so that the bytes belong to this realm.
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
        // It has already ended.
      }
    })
  })
}
