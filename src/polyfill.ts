/** `import 'everysource/polyfill'`: gives the runtime an `EventSource` where it has none. */

import { EventSource } from './index.ts'
import { runtime } from './platform/globals.ts'
import { installEventSource } from './platform/install.ts'

if (runtime.EventSource === undefined) installEventSource(EventSource)
