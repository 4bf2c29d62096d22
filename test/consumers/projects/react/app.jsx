/** A component that opens a source in an effect and closes it on unmount. StrictMode mounts it twice. */

import { EventSource } from 'everysource'
import { StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { flushSync } from 'react-dom'

/** Counters for the test. */
const seen = { effects: 0, cleanups: 0, opens: 0, messages: 0, afterUnmount: 0 }
let isMounted = false

function useMessages(url) {
  const [messages, setMessages] = useState([])
  useEffect(() => {
    seen.effects++
    const source = new EventSource(url)
    source.onopen = () => {
      seen.opens++
    }
    source.onmessage = ({ data }) => {
      seen.messages++
      if (!isMounted) seen.afterUnmount++
      setMessages((before) => [...before, data])
      // Like a chat that closes the connection when the answer is complete.
      if (data === 'done') globalThis.app.unmount()
    }
    return () => {
      seen.cleanups++
      source.close()
    }
  }, [url])
  return messages
}

function Messages({ url }) {
  const messages = useMessages(url)
  return (
    <ul>
      {messages.map((message) => (
        <li key={message}>{message}</li>
      ))}
    </ul>
  )
}

let root

globalThis.app = {
  seen,
  mount(url) {
    root = createRoot(document.getElementById('root'))
    isMounted = true
    globalThis.app.show(url)
  },
  /** Changes the URL, so that the effect cleans up and runs again. */
  show(url) {
    root.render(
      <StrictMode>
        <Messages url={url} />
      </StrictMode>,
    )
  },
  unmount() {
    flushSync(() => root.unmount())
    isMounted = false
  },
}
