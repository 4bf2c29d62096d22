/** Signs of where a connection is: the server's word that a request has arrived, and what the library and fetch tell. */

import { subscribe } from 'node:diagnostics_channel'

/** By the path and query of a request. */
const arrivals = new Map<string, () => void>()
const answers = new Map<string, () => void>()
let hearsAnswers = false
const ofConnections = new Map<string, WeakMap<object, () => void>>()

/** What the server tells, by way of the parent of both. */
export function tell(path: string): void {
  take(arrivals, path)
}

/** The server has the request, and has answered as much as it will. */
export function onArrival(path: string, listener: () => void): void {
  arrivals.set(path, listener)
}

/** The head of a response is here, and whoever awaits it has begun with its body. */
export function onAnswer(path: string, listener: () => void): void {
  if (!hearsAnswers) subscribe('undici:request:headers', hearAnswer)
  hearsAnswers = true
  answers.set(path, () => setImmediate(listener))
}

/** The library says so, on its channel of that name. Called while it does. */
export function onSign(name: 'lost' | 'wait' | 'close', source: object, listener: () => void): void {
  let listeners = ofConnections.get(name)
  if (!listeners) {
    listeners = new WeakMap()
    ofConnections.set(name, listeners)
    const known = listeners
    subscribe(`everysource:${name}`, (message) => {
      const { source } = message as { source: object }
      const listener = known.get(source)
      known.delete(source)
      listener?.()
    })
  }
  listeners.set(source, listener)
}

function hearAnswer(message: unknown): void {
  take(answers, (message as { request: { path: string } }).request.path)
}

function take(listeners: Map<string, () => void>, path: string): void {
  const listener = listeners.get(path)
  listeners.delete(path)
  listener?.()
}
