/** What the server tells its page: the streams that there are. */

import type { OfferedStream, Settings } from '../src/inspector/settings.ts'
import { TOKEN } from './chat-request.ts'

const GET = { method: 'GET', headers: '', body: '' }

const STREAMS: Omit<OfferedStream, 'url'>[] = [
  {
    ...GET,
    name: '/numbers',
    about: 'Numbered messages with IDs, which go on where a client was. For the buttons.',
    view: 'messages',
  },
  {
    ...GET,
    name: '/article',
    about: 'A typewriter: a character every half second.',
    view: 'text',
    types: ['end'],
    closeAt: 'end',
  },
  {
    name: '/chat',
    about: 'A chat: a POST with a token; the answer comes token by token, each with an ID.',
    view: 'text',
    method: 'POST',
    headers: `Authorization: Bearer ${TOKEN}\nContent-Type: application/json`,
    body: '{"prompt":"Hello there"}',
    closeAt: '[DONE]',
    reconnects: true,
  },
  { ...GET, name: '/drop', about: 'Breaks off in the middle of each fourth message.', view: 'messages' },
  { ...GET, name: '/people', about: 'Messages with types of their own.', view: 'messages', types: ['name', 'age'] },
  { ...GET, name: '/stream', about: 'A clock with IDs.', view: 'messages' },
  { ...GET, name: '/current-time', about: 'The date each second, for pages of any origin.', view: 'messages' },
  {
    ...GET,
    name: '/retry',
    about: 'A reconnection time of ten seconds; on 127.0.0.1 only.',
    view: 'messages',
    types: ['connecttime'],
  },
  { ...GET, name: '/events', about: 'An ISO date each second.', view: 'messages' },
  { ...GET, name: '/events/unframed', about: 'The same without blank lines: no message ends.', view: 'messages' },
  { ...GET, name: '/events/wrong-type', about: 'The same as text/html: no stream of events.', view: 'messages' },
  { ...GET, name: '/events/buffered', about: 'The same through a buffer: messages come in lumps.', view: 'messages' },
]

export const SETTINGS: Settings = {
  streams: STREAMS.map((stream) => ({ ...stream, url: stream.name })),
  control: 'control',
  links: [{ href: 'pages/index.html', text: 'A page for each stream, with its code' }],
}
