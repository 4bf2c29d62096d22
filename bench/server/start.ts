/** Starts the server in a separate process. */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { path } from '../../test/conformance/bundle.ts'

export interface Server {
  /** All serve the same. */
  origins: string[]
  pid: number
  stop(): void
}

export async function startServer(): Promise<Server> {
  const child = spawn(process.execPath, [path('bench/server/main.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    return {
      origins: line.split(' '),
      pid: child.pid ?? NaN,
      stop() {
        child.kill()
      },
    }
  }
  throw new Error('the server did not start')
}
