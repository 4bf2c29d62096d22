/** Receives a message with each of the four APIs from a server that keeps connections open. The process must still exit. */

exports.receive = async ({ EventSource, SharedEventSource, streamEvents, fetchEventSource }, url) => {
  const received = {}
  const source = new EventSource(url)
  await new Promise((resolve) => {
    source.addEventListener('greeting', ({ data }) => resolve((received.source = data)))
    source.onerror = ({ message }) => resolve((received.source = message))
  })
  source.close()

  const shared = new SharedEventSource(url)
  await new Promise((resolve) => {
    shared.addEventListener('greeting', ({ data }) => resolve((received.shared = data)))
    shared.onerror = ({ message }) => resolve((received.shared = message))
  })
  shared.close()

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
