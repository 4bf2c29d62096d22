/** Sentry in a page, with tracing. `#stream-performance` adds the integration that reads streams. */

import * as Sentry from '@sentry/browser'

const measured = location.hash === '#stream-performance' ? [Sentry.fetchStreamPerformanceIntegration()] : []

Sentry.init({
  dsn: `${location.protocol}//key@${location.host}/1`,
  integrations: [Sentry.browserTracingIntegration(), ...measured],
  tracesSampleRate: 1,
})
