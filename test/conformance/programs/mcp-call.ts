/** Calls an MCP tool: a POST whose stream is resumed by a GET. */

import { streamEvents, type EventStream } from 'everysource'

interface Message {
  id?: number
  method?: string
  result?: unknown
}

export async function callTool(
  url: string,
  session: string,
  name: string,
  notify: (method: string) => void,
): Promise<unknown> {
  let answer: Message | undefined
  const events: EventStream = streamEvents(url, {
    method: 'POST',
    headers: {
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
      'Mcp-Session-Id': session,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } }),
    resume: () => ({ method: 'GET', headers: { Accept: 'text/event-stream' } }),
    reconnect: { shouldReconnect: () => (events.lastEventId === '' ? false : undefined) },
    onRefused: async (response) => {
      if (!response.ok || !response.headers.get('content-type')?.startsWith('application/json')) return
      answer = (await response.json()) as Message
      events.close()
    },
  })

  for await (const { data } of events) {
    if (data === '') continue
    const { id, method, result } = JSON.parse(data) as Message
    if (id === 1) return result
    if (method !== undefined) notify(method)
  }
  if (answer) return answer.result
  throw new Error('The stream has ended without a result')
}
