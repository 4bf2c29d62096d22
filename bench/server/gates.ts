/** Gates, which streams can wait at: `/burst?…&gate=a` sends nothing before a POST to `/gates/a`. */

/** Waiting streams, by gate. */
const waiting = new Map<string, (() => void)[]>()

const opened = new Set<string>()

/** Calls `start` as soon as the gate is open. */
export function waitAt(gate: string, start: () => void): void {
  if (opened.has(gate)) start()
  else waiting.set(gate, [...(waiting.get(gate) ?? []), start])
}

/** Starts all streams that wait at the gate. */
export function openGate(gate: string): void {
  opened.add(gate)
  for (const start of waiting.get(gate) ?? []) start()
  waiting.delete(gate)
}
