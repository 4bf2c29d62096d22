/** A message in each of the three ways, from a server that keeps its connections: then the process must end by itself. */

exports.receive = async ({ EventSource, streamEvents, fetchEventSource }, url) => {
  const received = {}
  const source = new EventSource(url)
  await new Promise((resolve) => {
    source.addEventListener('greeting', ({ data }) => resolve((received.source = data)))
    source.onerror = ({ message }) => resolve((received.source = message))
  })
  source.close()

  for await (const { data } of streamEvents(url)) {
    received.loop = data
    break
  }

  const controller = new AbortController()
  await fetchEventSource(url, {
    signal: controller.signal,
    onmessage({ data }) {
      received.dropIn = data
      controller.abort()
    },
  })
  return received
}
