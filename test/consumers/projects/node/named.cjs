/** CommonJS: destructured and whole require, and the polyfills. */

const { ConnectionError, ErrorEvent, EventDecoderStream, EventSource, streamEvents } = require('everysource')
const everysource = require('everysource')
const { EventStreamContentType, fetchEventSource } = require('everysource/fetch-event-source')
const { SharedEventSource } = require('everysource/shared')
require('everysource/polyfill')
require('everysource/polyfill/force')
const { receive } = require('./receive.cjs')

const named = { ConnectionError, ErrorEvent, EventDecoderStream, EventSource, streamEvents }
void receive({ EventSource, SharedEventSource, streamEvents, fetchEventSource }, process.argv[2]).then((received) => {
  console.log(
    JSON.stringify({
      ...received,
      same: Object.keys(named).every((name) => everysource[name] === named[name]),
      names: Object.keys(everysource).sort(),
      constant: EventStreamContentType,
      polyfilled: globalThis.EventSource === EventSource,
    }),
  )
})
