/** ESM: named imports, the namespace, and the polyfills. */

import { ConnectionError, ErrorEvent, EventDecoderStream, EventSource, streamEvents } from 'everysource'
import * as everysource from 'everysource'
import { EventStreamContentType, fetchEventSource } from 'everysource/fetch-event-source'
import 'everysource/polyfill'
import 'everysource/polyfill/force'
import { receive } from './receive.cjs'

const named = { ConnectionError, ErrorEvent, EventDecoderStream, EventSource, streamEvents }
console.log(
  JSON.stringify({
    ...(await receive({ EventSource, streamEvents, fetchEventSource }, process.argv[2])),
    same: Object.keys(everysource).every((name) => everysource[name] === named[name]),
    names: Object.keys(everysource),
    constant: EventStreamContentType,
    polyfilled: globalThis.EventSource === EventSource,
  }),
)
