/**
 * Opens many sources in any runtime, and prints each message as `2: data as 7`.
 *
 * @param {typeof import('../../../dist/index.js').EventSource} EventSource
 * @param {string} url
 * @param {number} count
 * @param {import('../../../dist/index.js').EventSourceInit} init
 * @param {(line: string) => void} say
 * @returns {(index: number) => void} a function that closes one of them
 */
export function followMany(EventSource, url, count, init, say) {
  const sources = Array.from({ length: count }, (_, index) => {
    const source = new EventSource(url, init)
    source.addEventListener('open', ({ response }) => {
      const { headers } = response ?? {}
      say(`${index} is open: ${headers?.get('x-protocol')} on ${headers?.get('x-connection')}`)
    })
    source.addEventListener('error', ({ message }) => {
      say(`${index} has an error: ${message}`)
    })
    source.addEventListener('news', ({ data, lastEventId }) => {
      say(`${index}: ${data} as ${lastEventId}`)
    })
    return source
  })
  return (index) => {
    sources[index]?.close()
  }
}
