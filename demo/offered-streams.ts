/** The streams that the demo server offers on its page. */

import { docsURL } from '../src/inspector/server/docs.ts'
import type { OfferedStream, Settings } from '../src/inspector/settings.ts'
import { TOKEN } from './chat-request.ts'

/** Path of the guide to the page, in the clone and on the demo server. */
export const GUIDE = 'docs/guides/inspector.md'

const GET = { method: 'GET', headers: '', body: '' }

const STREAMS: Omit<OfferedStream, 'url'>[] = [
  {
    ...GET,
    name: '/numbers',
    about: 'Numbered messages with IDs, which resume after a reconnection.',
    view: 'messages',
  },
  {
    ...GET,
    name: '/article',
    about: 'A typewriter: one character every half second.',
    view: 'text',
    types: ['end'],
    closeAt: 'end',
  },
  {
    name: '/chat',
    about: 'A chat: a POST that streams its answer token by token, each with an ID.',
    view: 'text',
    method: 'POST',
    headers: `Authorization: Bearer ${TOKEN}\nContent-Type: application/json`,
    body: '{"prompt":"Hello there"}',
    closeAt: '[DONE]',
    reconnects: true,
  },
  { ...GET, name: '/drop', about: 'Drops the connection in the middle of every fourth message.', view: 'messages' },
  {
    ...GET,
    name: '/tabs',
    about: 'A number every second, and how many connections the stream has. Its example page shares one among tabs.',
    view: 'messages',
  },
  { ...GET, name: '/people', about: 'Messages with custom event types.', view: 'messages', types: ['name', 'age'] },
  { ...GET, name: '/stream', about: 'A clock with IDs.', view: 'messages' },
  { ...GET, name: '/current-time', about: 'The date every second, with CORS for any origin.', view: 'messages' },
  {
    ...GET,
    name: '/retry',
    about: 'A reconnection time of ten seconds; only on 127.0.0.1.',
    view: 'messages',
    types: ['connecttime'],
  },
  { ...GET, name: '/events', about: 'An ISO date every second.', view: 'messages' },
  { ...GET, name: '/events/unframed', about: 'Dates without blank lines, so no message ever ends.', view: 'messages' },
  {
    ...GET,
    name: '/events/wrong-type',
    about: 'Dates with Content-Type text/html, so clients reject the stream.',
    view: 'messages',
  },
  {
    ...GET,
    name: '/events/buffered',
    about: 'Dates through a buffer, so messages arrive in bursts.',
    view: 'messages',
  },
]

/** The page's settings. A function, because the page may not be built. */
export function readSettings(): Settings {
  return {
    streams: STREAMS.map((stream) => ({ ...stream, url: stream.name })),
    control: 'control',
    docs: docsURL() ?? GUIDE,
    links: [{ href: 'pages/index.html', text: 'Examples with code' }],
  }
}
