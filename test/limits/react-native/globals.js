/**
 * What React Native brings that event streams are concerned with. Its fetch and its AbortController are these packages; its
 * URL and `setImmediate` are as in its Libraries/Blob/URL.js and Libraries/Core/Timers/immediateShim.js.
 */

import { AbortController, AbortSignal } from 'abort-controller'
import { fetch, Headers, Request, Response } from 'whatwg-fetch'

/** Its parts can be read, not set. */
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
  // Its fetch is built on it.
  XMLHttpRequest: function () {
    throw new Error('A request has been made')
  },
})
