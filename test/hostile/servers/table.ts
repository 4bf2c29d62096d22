/** All hostile servers. */

import { REDIRECTS_AND_RETRIES } from './redirects-and-retries.ts'
import type { HostileServer } from './hostile-server.ts'
import { FIELDS } from './fields.ts'
import { LARGE_STREAMS } from './large-streams.ts'
import { MALFORMED_HTTP } from './malformed-http.ts'

export const HOSTILE_SERVERS: readonly HostileServer[] = [
  ...LARGE_STREAMS,
  ...FIELDS,
  ...MALFORMED_HTTP,
  ...REDIRECTS_AND_RETRIES,
]
