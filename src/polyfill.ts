/**
 * `import 'everysource/polyfill'`: gives the runtime a global `EventSource` where it has none, and leaves one that is there alone.
 * It exports nothing.
 *
 * @module everysource/polyfill
 */

import { EventSource } from './index.ts'
import { runtime } from './platform/globals.ts'
import { installEventSource } from './platform/globals.ts'

if (runtime.EventSource === undefined) installEventSource(EventSource)
