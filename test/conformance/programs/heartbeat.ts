/** Reports keep-alive comments and reconnects after silence. */

import { streamEvents } from 'everysource'

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
