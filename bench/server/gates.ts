/** Gates, which streams can wait at: `/burst?…&gate=a` sends nothing before a POST to `/gates/a`. */

/** Waiting streams, by gate. */
const waiting = new Map<string, (() => void)[]>()

/** Calls `start` when the gate is opened. */
export function waitAt(gate: string, start: () => void): void {
  waiting.set(gate, [...(waiting.get(gate) ?? []), start])
}

/** Starts all streams that wait at the gate. */
export function openGate(gate: string): void {
  for (const start of waiting.get(gate) ?? []) start()
  waiting.delete(gate)
}
