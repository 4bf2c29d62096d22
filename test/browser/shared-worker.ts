/** The suite in a shared worker, on the package as a bundler resolves it. */

import * as everysource from 'everysource'
import { run, type Settings } from './entry.ts'

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports
  if (!port) return
  port.onmessage = ({ data }: MessageEvent<Settings>) => {
    const report = (result: unknown): void => {
      port.postMessage(result)
    }
    void run(data, everysource, report).then(() => {
      report('done')
    })
  }
})
