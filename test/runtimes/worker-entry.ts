/** The suite as a Worker, for workerd and miniflare. */

import { suiteResponse } from './suite-response.ts'

export default { fetch: suiteResponse }
