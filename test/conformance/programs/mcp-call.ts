/** Calls an MCP tool: a POST whose stream is resumed by a GET. */

import { streamEvents, type EventStream } from 'everysource'

interface Message {
  id?: number
  method?: string
  result?: unknown
  error?: { code: number; message: string }
}

export async function callTool(
  url: string,
  session: { id: string; protocolVersion: string },
  name: string,
  notify: (method: string) => void,
): Promise<unknown> {
  let answer: Message | undefined
  const events: EventStream = streamEvents(url, {
    method: 'POST',
    headers: {
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
      'Mcp-Session-Id': session.id,
      'MCP-Protocol-Version': session.protocolVersion,
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
    const message = JSON.parse(data) as Message
    // The server numbers its own requests, so one of them may have the ID 1 too.
    if (message.method !== undefined) notify(message.method)
    else if (message.id === 1) return resultOf(message)
  }
  if (answer) return resultOf(answer)
  throw new Error('The stream has ended without a result')
}

function resultOf({ result, error }: Message): unknown {
  if (error) throw new Error(`${error.message} (${error.code})`)
  return result
}
