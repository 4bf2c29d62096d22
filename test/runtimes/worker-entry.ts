/** The suite as a Worker: for workerd, bare and through miniflare. */

import { suiteResponse } from './suite-response.ts'

export default { fetch: suiteResponse }
