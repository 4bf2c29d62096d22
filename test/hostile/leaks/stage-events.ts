/** Detects the stage of a connection, from reports of the server and from diagnostics channels of the library and undici. */

import { subscribe } from 'node:diagnostics_channel'

/** By the path and query of a request. */
const arrivals = new Map<string, () => void>()
const answers = new Map<string, () => void>()
let isSubscribed = false
const byChannel = new Map<string, WeakMap<object, () => void>>()

/** To be called when the server reports a request, through the parent. */
export function notifyArrival(path: string): void {
  take(arrivals, path)
}

/** Calls back when the server has received the request and sent its response. */
export function onArrival(path: string, listener: () => void): void {
  arrivals.set(path, listener)
}

/** Calls back when the head of a response has arrived and reading its body has begun. */
export function onAnswer(path: string, listener: () => void): void {
  if (!isSubscribed) subscribe('undici:request:headers', takeAnswer)
  isSubscribed = true
  answers.set(path, () => setImmediate(listener))
}

/** Calls back synchronously when the library publishes on its channel of that name. */
export function onPublished(name: 'lost' | 'wait' | 'close', source: object, listener: () => void): void {
  let listeners = byChannel.get(name)
  if (!listeners) {
    listeners = new WeakMap()
    byChannel.set(name, listeners)
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

function takeAnswer(message: unknown): void {
  take(answers, (message as { request: { path: string } }).request.path)
}

function take(listeners: Map<string, () => void>, path: string): void {
  const listener = listeners.get(path)
  listeners.delete(path)
  listener?.()
}
