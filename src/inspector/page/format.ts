/** Formats figures. Independent of the DOM. */

/** Such as `1,234`. */
export function grouped(count: number): string {
  return count.toLocaleString('en')
}

/** Such as `1 message` or `1,234 messages`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** Such as `12 ms`, `3.4 s` or `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** Such as `in 4 s`; more precise only below a second. */
export function inTime(ms: number): string {
  if (ms < 50) return 'at once'
  return `in ${ms < 950 ? (ms / 1_000).toFixed(1) : grouped(Math.round(ms / 1_000))} s`
}

/** Time since the start, such as `0:07.250`. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  const rest = `${String(seconds % 60).padStart(2, '0')}.${String(Math.floor(ms % 1_000)).padStart(3, '0')}`
  return `${Math.floor(seconds / 60)}:${rest}`
}

/** Local time, such as `14:05:09.120`. @param at from `performance.now()` */
export function timeOfDay(at: number): string {
  const date = new Date(performance.timeOrigin + at)
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0'))
  return `${parts.join(':')}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** Such as `17 B`, `1.2 kB` or `3.4 MB`. */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 999_950 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** Bytes of the text in UTF-8. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).byteLength
}

/** A hue for an event type: always the same, one of eleven that are easy to tell apart. Red is for errors. */
export function hueOf(type: string): number {
  let hash = 7
  for (const character of type) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return 30 + (hash % 11) * 30
}
