/** Refreshes the token after a 401. */

import { streamEvents } from 'everysource'

export async function follow(
  url: string,
  fetchToken: () => Promise<string>,
  show: (text: string) => void,
): Promise<void> {
  let token: string | undefined
  const events = streamEvents(url, {
    headers: async ({ failure }) => {
      if (token === undefined || failure?.status === 401) token = await fetchToken()
      return { Authorization: `Bearer ${token}` }
    },
    reconnect: {
      shouldReconnect: ({ status, attempt }) => {
        if (status === 401) return attempt <= 3 ? 100 : false
        return undefined
      },
    },
  })
  for await (const { data } of events) show(data)
}
