/** ESM that imports the CommonJS files, like tools that resolve `main`. Node detects the export names in their source. */

import {
  ConnectionError,
  ErrorEvent,
  EventDecoderStream,
  EventSource,
  streamEvents,
} from '../node_modules/everysource/dist/index.cjs'
import * as everysource from '../node_modules/everysource/dist/index.cjs'
import whole from '../node_modules/everysource/dist/index.cjs'
import { EventStreamContentType, fetchEventSource } from '../node_modules/everysource/dist/fetch-event-source.cjs'
import { SharedEventSource } from '../node_modules/everysource/dist/shared.cjs'
import '../node_modules/everysource/dist/polyfill.cjs'
import '../node_modules/everysource/dist/polyfill/force.cjs'
import { receive } from './receive.cjs'

const named = { ConnectionError, ErrorEvent, EventDecoderStream, EventSource, streamEvents }
console.log(
  JSON.stringify({
    ...(await receive({ EventSource, SharedEventSource, streamEvents, fetchEventSource }, process.argv[2])),
    same: Object.keys(named).every((name) => everysource[name] === named[name] && whole[name] === named[name]),
    names: Object.keys(whole).sort(),
    constant: EventStreamContentType,
    polyfilled: globalThis.EventSource === EventSource,
  }),
)
