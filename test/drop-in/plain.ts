/** Turns values into data that can be compared. */

/** Reduces errors, responses and requests to comparable parts. The program's URL, which differs in each run, becomes `<url>`. */
export function plain(value: unknown, url: string): unknown {
  if (typeof value === 'string') return value.replaceAll(url, '<url>')
  // JSON has neither.
  if (value === undefined) return '<undefined>'
  if (typeof value === 'number' && !Number.isFinite(value)) return `<${value}>`
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return `${value.name}: ${value.message.replaceAll(url, '<url>')}`
  if (value instanceof URL) return `URL ${plain(value.href, url) as string}`
  if (value instanceof Request) return `Request ${plain(value.url, url) as string}`
  if (value instanceof AbortSignal) return `AbortSignal, ${value.aborted ? 'aborted' : 'not aborted'}`
  if (value instanceof Headers) return { Headers: Object.fromEntries(value) }
  if (value instanceof Response) {
    const { status, headers, bodyUsed } = value
    return { Response: status, type: headers.get('content-type'), bodyUsed, url: plain(value.url, url) }
  }
  if (Array.isArray(value)) return value.map((item) => plain(item, url))
  const members = Object.entries(value)
    // In Node ours adds one, to keep idle connections open. LIFECYCLE_FIXES covers it.
    .filter(([name]) => name !== 'dispatcher')
    .map(([name, member]): [string, unknown] => [name, plain(member, url)])
  return Object.fromEntries(members.sort(([one], [other]) => (one < other ? -1 : 1)))
}
