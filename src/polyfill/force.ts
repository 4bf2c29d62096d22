/**
 * `import 'everysource/polyfill/force'`: makes ours the global `EventSource`, in the place of the runtime's own, if any. It exports
 * nothing.
 *
 * @module everysource/polyfill/force
 */

import { EventSource } from '../index.ts'
import { installEventSource } from '../platform/globals.ts'

installEventSource(EventSource)
