/** jsdom, and what Node has that it lacks: what jest-fixed-jsdom does. */

const { TestEnvironment } = require('jest-environment-jsdom')

module.exports = class extends TestEnvironment {
  constructor(...args) {
    super(...args)
    Object.assign(this.global, {
      fetch,
      Headers,
      Request,
      Response,
      ReadableStream,
      TransformStream,
      WritableStream,
      TextDecoder,
      TextEncoder,
      AbortController,
      AbortSignal,
    })
  }
}
