/** OpenTelemetry's instrumentation of `fetch` in a page. `#ignore-streams` excepts streams. */

import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch'
import { WebTracerProvider } from '@opentelemetry/sdk-trace-web'

new WebTracerProvider().register()
const ignoreUrls = location.hash === '#ignore-streams' ? [/stream/] : []
registerInstrumentations({ instrumentations: [new FetchInstrumentation({ ignoreUrls })] })
