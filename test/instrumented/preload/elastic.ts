/** Elastic's agent, started by code. */

import apm from 'elastic-apm-node'
import { collector } from './collector.ts'

apm.start({
  serverUrl: `http://${collector}`,
  serviceName: 'streams',
  logLevel: 'off',
  apiRequestTime: '100ms',
  // Otherwise it asks the metadata servers of clouds.
  cloudProvider: 'none',
  centralConfig: false,
})
