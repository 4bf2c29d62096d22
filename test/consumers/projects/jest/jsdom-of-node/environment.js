/** jsdom plus the Node globals that it lacks, like jest-fixed-jsdom. */

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
