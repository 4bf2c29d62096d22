/** The address of the agent for dd-trace, which reads it when it is imported. */

import { collector } from './collector.ts'

process.env.DD_TRACE_AGENT_URL = `http://${collector}`
process.env.DD_TRACE_STARTUP_LOGS = 'false'
process.env.DD_INSTRUMENTATION_TELEMETRY_ENABLED = 'false'
process.env.DD_REMOTE_CONFIGURATION_ENABLED = 'false'
process.env.DD_TRACE_FLUSH_INTERVAL = '50'
