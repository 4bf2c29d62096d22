/** ESM: named imports, the namespace, and the polyfills. */

import { ConnectionError, ErrorEvent, EventDecoderStream, EventSource, streamEvents } from 'everysource'
import * as everysource from 'everysource'
import { EventStreamContentType, fetchEventSource } from 'everysource/fetch-event-source'
import { SharedEventSource } from 'everysource/shared'
import 'everysource/polyfill'
import 'everysource/polyfill/force'
import { receive } from './receive.cjs'

const named = { ConnectionError, ErrorEvent, EventDecoderStream, EventSource, streamEvents }
console.log(
  JSON.stringify({
    ...(await receive({ EventSource, SharedEventSource, streamEvents, fetchEventSource }, process.argv[2])),
    same: Object.keys(named).every((name) => everysource[name] === named[name]),
    names: Object.keys(everysource),
    constant: EventStreamContentType,
    polyfilled: globalThis.EventSource === EventSource,
  }),
)
