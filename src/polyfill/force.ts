/**
 * `import 'everysource/polyfill/force'`: defines the global `EventSource`, replacing the runtime's own. Exports nothing.
 *
 * @module everysource/polyfill/force
 */

import { EventSource } from '../index.ts'
import { installEventSource } from '../platform/globals.ts'

installEventSource(EventSource)
