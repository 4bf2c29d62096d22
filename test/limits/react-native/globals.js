/**
 * React Native globals that event streams use. Its fetch and AbortController are these packages. URL and `setImmediate` follow
 * Libraries/Blob/URL.js and Libraries/Core/Timers/immediateShim.js.
 */

import { AbortController, AbortSignal } from 'abort-controller'
import { fetch, Headers, Request, Response } from 'whatwg-fetch'

/** Its components are read-only. */
class URL {
  constructor(url, base) {
    this.href = base === undefined ? url + (url.endsWith('/') ? '' : '/') : base + url
  }
  get host() {
    return /^\w+:\/\/([^/?#]*)/.exec(this.href)?.[1] ?? ''
  }
  get protocol() {
    return /^\w+:/.exec(this.href)?.[0] ?? ''
  }
  get hash() {
    return /#.*$/.exec(this.href)?.[0] ?? ''
  }
  toString() {
    return this.href
  }
}

Object.assign(globalThis, {
  AbortController,
  AbortSignal,
  fetch,
  Headers,
  Request,
  Response,
  URL,
  navigator: { product: 'ReactNative' },
  setImmediate: (task, ...args) => queueMicrotask(() => task(...args)),
  // React Native's fetch uses it.
  XMLHttpRequest: function () {
    throw new Error('A request has been made')
  },
})
