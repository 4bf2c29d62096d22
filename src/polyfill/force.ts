/** `import 'everysource/polyfill/force'`: replaces the runtime's `EventSource`, if any. */

import { EventSource } from '../index.ts'
import { installEventSource } from '../platform/install.ts'

installEventSource(EventSource)
