/** A button that stops the answer */

import { streamEvents } from 'everysource'

/**
 * The signal closes the connection, at whatever point it is, so that the server stops working (and charging). The loop throws
 * the signal's reason; what has been shown stays.
 */
export async function showUntilStopped(url: string, button: EventTarget, show: (text: string) => void): Promise<void> {
  const controller = new AbortController()
  button.addEventListener('click', () => {
    controller.abort()
  })

  try {
    for await (const { data } of streamEvents(url, { method: 'POST', signal: controller.signal })) show(data)
    show('(complete)')
  } catch (error) {
    if (!controller.signal.aborted) throw error
    show('(stopped)')
  }
}
