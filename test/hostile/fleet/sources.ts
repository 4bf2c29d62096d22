/** The fleet, a separate process: reports when all sources are connected, and on request their number or all events. */

import { EventSource } from '../../../dist/index.js'
import type { Lifecycle, Orders } from './lifecycle.ts'

const { url, size, options } = JSON.parse(process.argv[2] ?? '') as Orders
let connected = 0

const lifecycles = Array.from({ length: size }, (): Lifecycle => {
  const lifecycle: Lifecycle = { attempts: [], failures: [], connections: [] }
  let isConnected = false
  const source = new EventSource(url, {
    ...options,
    // Called at the start of each attempt, even if the server is down.
    headers: () => {
      lifecycle.attempts.push(Date.now())
      return {}
    },
  })
  source.onmessage = () => {
    lifecycle.connections.push(Date.now())
    isConnected = true
    if (++connected === size) process.send?.('all')
  }
  source.onerror = ({ delay }) => {
    if (isConnected) connected--
    isConnected = false
    lifecycle.failures.push({ time: Date.now(), wait: delay ?? -1 })
  }
  return lifecycle
})

process.on('message', (question) => process.send?.(question === 'connected' ? connected : lifecycles))
process.once('disconnect', () => process.exit())
