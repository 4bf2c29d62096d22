/** The global `EventSource`. */

/** Defines it as WebIDL defines an interface object: writable, configurable, not enumerable. */
export function installEventSource(EventSource: unknown): void {
  Object.defineProperty(globalThis, 'EventSource', {
    value: EventSource,
    writable: true,
    enumerable: false,
    configurable: true,
  })
}
