/** The header Retry-After. (RFC 9110, 10.2.3) */

/** Any of the three forms of a date; only asctime's does not name its zone. (RFC 9110, 5.6.7) */
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [\w -]+ \d\d:\d\d:\d\d (?:GMT|\d{4})$/

/**
 * In ms, from seconds or a date; 0 for a date that has passed. `undefined` where it is neither.
 *
 * @param now in ms since 1970
 */
export function parseRetryAfter(value: string, now: number): number | undefined {
  const text = value.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  if (!DATE.test(text)) return undefined
  const date = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
