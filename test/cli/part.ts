/** A group of checks of the command. */

import type { StreamServer } from './test-server.ts'

export interface Part {
  name: string
  /** Why it can't run here, if a dependency is missing. */
  missing?: () => string | undefined
  checks: (server: StreamServer) => Record<string, () => Promise<void>>
}
