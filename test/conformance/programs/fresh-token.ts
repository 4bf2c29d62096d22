/** A token that expires */

import { streamEvents } from 'everysource'

/**
 * `headers` is asked before each attempt and told why the one before it failed. `shouldReconnect` allows another after a 401,
 * which otherwise is final: at once, but not for ever, for it may be the user whom the server refuses.
 */
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
