/** Comments as a heartbeat */

import { streamEvents } from 'everysource'

/**
 * A connection whose other end has vanished looks like one on which nothing happens. Servers that mean well send a comment
 * now and then: `onComment` shows that all is well, and with `idleTimeout` the absence of anything counts as a loss.
 */
export async function watch(url: string, silence: number, show: (status: string) => void): Promise<void> {
  const events = streamEvents(url, {
    idleTimeout: silence,
    reconnect: true,
    onComment: () => {
      show('alive')
    },
  })
  for await (const { data } of events) show(data)
}
