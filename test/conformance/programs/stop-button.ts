/** Stops an answer at the click of a button. */

import { streamEvents } from 'everysource'

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
