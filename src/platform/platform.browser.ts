/** Browsers, pages and workers: the exports of `platform.ts` without what only other runtimes need. */

import { option } from '../input/checks.ts'
import { hostFunction, runtime } from './globals.ts'
import { percentDecode } from './header-value.ts'
import { requestDropsHeader, toStringTagOf } from './request-probes.ts'

export { probeStreamSupport as supportsRequestStreams, signalProblem } from './request-probes.ts'
import { choosePostToSelf } from './self-messages.ts'
import type { QueueTask } from './task.ts'

// Functions that do nothing declare no parameters: bundlers then drop their calls, arguments included.

export const EventTargetBase = EventTarget
export const EventBase = Event

export function missingBaseClasses(): [] {
  return []
}

export function assertSupported(): void {
  // The browsers of the last five years have all that is needed.
}

export function patchEventTarget(): void {
  // A browser's follows the standard.
}

export function isReadByRuntime(): boolean {
  return false
}

export function dispatch(target: EventTarget, event: Event): void {
  EventTargetBase.prototype.dispatchEvent.call(target, event)
}

export function addListener(target: EventTarget, type: string, listener: (event: Event) => void): void {
  EventTargetBase.prototype.addEventListener.call(target, type, listener)
}

export function removeListener(target: EventTarget, type: string, listener: (event: Event) => void): void {
  EventTargetBase.prototype.removeEventListener.call(target, type, listener)
}

/** DevTools show getters without help. */
export function defineInspection(): void {
  // Nothing asks for it.
}

export function setPreview(): void {
  // Nothing asks for it.
}

export function previewOf(): { members: object } {
  return { members: {} }
}

/** Browsers have no such limit. */
export function raiseListenerLimit<Signal>(signal: Signal): Signal {
  return signal
}

/** Browsers have no diagnostics channels. */
export function hasSubscribers(): undefined {
  return undefined
}

export function publish(): void {
  // There is nothing to subscribe to.
}

/** A page or worker posts messages to itself, if it can. */
export function chooseQueueTask(): QueueTask {
  const { setTimeout } = runtime
  return choosePostToSelf() ?? ((task) => setTimeout(task, 0))
}

/** The browser build is for pages. */
export function isNodeProcess(): undefined {
  // It is not.
}

export function loopCount(): undefined {
  return undefined
}

export function chooseAsyncIterator(): typeof Symbol.asyncIterator {
  return Symbol.asyncIterator
}

export function domException(message: string, name: string): Error {
  return new DOMException(message, name)
}

export const STREAMING_FETCH_HINT = 'Pass a streaming fetch as option "fetch"'

export function streamingFetch(): typeof globalThis.fetch | string {
  return hostFunction('fetch') ?? 'this runtime has no fetch. Pass one as option "fetch"'
}

export function hasForbiddenHeaders(): boolean {
  return true
}

export function dropsHeader(name: string): boolean {
  return requestDropsHeader(name)
}

export function acceptedMembers<Init extends object>(init: Init): Partial<Init> {
  return init
}

/** Browsers do not say why a request was not sent. */
export function isBlockedPort(): boolean {
  return false
}

/** Only redirects that are followed one by one ask. */
export function isCredential(): boolean {
  return false
}

export function forwardsCredentials(): boolean {
  return false
}

export function missingHeaders(): Record<string, string> {
  return {}
}

export const NODE_STREAM_HINT = ''

/** A page has its browser's. */
export function foreignClassOf(): undefined {
  return undefined
}

export function classNameOf(value: unknown): string {
  return toStringTagOf(value)
}

export const SERVER_OPTIONS: [instead: string, names: string][] = []

/** Ignores `node`, which holds undici's options for Node only. */
export function readUndiciOptions(
  { dispatcher }: { dispatcher?: unknown },
  fetchOptions: { dispatcher?: unknown },
  isRuntimeFetch: boolean,
): { fetchOptions: object } {
  const place = dispatcher === undefined ? 'fetchOptions.dispatcher' : 'dispatcher'
  const given = dispatcher ?? fetchOptions.dispatcher
  if (isRuntimeFetch && given !== undefined) throw new TypeError(`${option(place)} is not supported here`)
  return { fetchOptions: given === undefined ? fetchOptions : { ...fetchOptions, dispatcher: given } }
}

export function noTimeoutInit(callers: object): object {
  return callers
}

/** Firefox and Chromium take a byte string, one character for each byte; WebKit sends the UTF-8 of each of its characters. (Fact 8) */
export function headerValue(text: string): string | undefined {
  // Only WebKit's errors have a `sourceURL`.
  if ('sourceURL' in new Error()) return /^[\0-\xff]*$/.test(text) ? text : undefined
  return percentDecode(encodeURIComponent(text))
}
