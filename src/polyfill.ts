/**
 * `import 'everysource/polyfill'`: defines the global `EventSource` if the runtime has none. Exports nothing.
 *
 * @module everysource/polyfill
 */

import { EventSource } from './index.ts'
import { runtime } from './platform/globals.ts'
import { installEventSource } from './platform/globals.ts'

if (runtime.EventSource === undefined) installEventSource(EventSource)
