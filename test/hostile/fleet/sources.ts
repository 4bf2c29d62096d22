/** The fleet, a process of its own: says each time when all are connected, and when asked, how many are, or what each has been through. */

import { EventSource } from '../../../dist/index.js'
import type { Lifecycle, Orders } from './lifecycle.ts'

const { url, size, options } = JSON.parse(process.argv[2] ?? '') as Orders
let connected = 0

const lifecycles = Array.from({ length: size }, (): Lifecycle => {
  const lifecycle: Lifecycle = { attempts: [], failures: [], connections: [] }
  let isConnected = false
  const source = new EventSource(url, {
    ...options,
    // Is asked at the beginning of each attempt, be there a server or not.
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
