/** Some facts about the command, each with what proves it. */

import type { BrokenServer } from './broken.ts'

export interface Part {
  name: string
  /** Why it cannot be checked here, if so. */
  missing?: () => string | undefined
  checks: (server: BrokenServer) => Record<string, () => Promise<void>>
}
