/** Mended points of what is read from a stream. */

import { ending } from '../conformance/harness.ts'
import { calls, messages, run, sent, type Mended } from './mended.ts'

export const MENDED_STREAM: Mended[] = [
  {
    name: 'an ID counts when its event is complete',
    answers: [ending('id: 1\ndata: one\n\nid: 2\ndata: half'), ending()],
    run: run({}, { ends: 1 }),
    shows: (story) => sent(story, 'last-event-id'),
    // The second event is lost.
    original: [null, '2'],
    ours: [null, '1'],
  },
  {
    name: 'blocks without data call nothing',
    answers: [ending(': ping\n\n', 'id: 1\n\n', 'retry: 500\n\n', 'event: x\n\n', '\n\n', 'data: one\n\n')],
    run: run(),
    shows: (story) => messages(story, 'data'),
    original: ['', '', '', '', '', '', 'one'],
    ours: ['one'],
  },
  {
    name: 'a block without data still has an ID and a retry',
    answers: [ending('retry: 60000\n\n', 'id: 1\n\n', 'retry: 150\n\n'), ending()],
    run: run({ onerror: () => undefined }, { ends: 1 }),
    shows: (story) => [sent(story, 'last-event-id'), calls(story)],
    original: [
      [null, '1'],
      ['onmessage', 'onmessage', 'onmessage', 'onclose', 'onclose', 'resolved'],
    ],
    ours: [
      [null, '1'],
      ['onclose', 'onclose', 'resolved'],
    ],
  },
  {
    name: 'a retry that is no number of milliseconds is ignored',
    answers: [ending(...['12abc', '1e3', '-1', '+2', '0x10'].map((retry) => `retry: ${retry}\ndata: x\n\n`))],
    run: run(),
    shows: (story) => messages(story, 'retry'),
    original: [12, 1, -1, 2, 0],
    ours: Array(5).fill('<undefined>'),
  },
  {
    name: 'a line of data may be empty, the first too',
    answers: [ending('data:\ndata: x\n\ndata:\ndata:\n\n')],
    run: run(),
    shows: (story) => messages(story, 'data'),
    original: ['x', ''],
    ours: ['\nx', '\n'],
  },
  {
    name: 'a field may stand without a colon',
    answers: [ending('id: 1\ndata: one\n\n'), ending('data\ndata\nid\n\n'), ending()],
    run: run({}, { ends: 2 }),
    shows: (story) => [messages(story, 'data'), sent(story, 'last-event-id')],
    original: [
      ['one', ''],
      [null, '1', '1'],
    ],
    ours: [
      ['one', '\n'],
      [null, '1', null],
    ],
  },
  {
    name: 'a byte order mark is one at the start of the stream only',
    answers: [ending('\uFEFFdata: \uFEFFone\n\n\uFEFFdata: two\n\n')],
    run: run(),
    shows: (story) => messages(story, 'data'),
    original: ['one', 'two'],
    ours: ['\uFEFFone'],
  },
  {
    name: 'an ID with a NUL is none',
    answers: [ending('id: 1\ndata: one\n\nid: 2\0\ndata: two\n\n'), ending()],
    run: run({}, { ends: 1 }),
    shows: (story) => [sent(story, 'last-event-id'), calls(story).at(-1)],
    // No header can hold it, so that there is never another request.
    original: [[null], 'rejected'],
    ours: [[null, '1'], 'resolved'],
  },
  {
    name: 'an ID that no header can hold is left out',
    answers: [ending('id: \u0001\ndata: one\n\n'), ending()],
    run: run({}, { ends: 1 }),
    shows: (story) => [sent(story, 'last-event-id'), calls(story).at(-1)],
    // Browsers send it.
    original: [[null], 'rejected'],
    ours: [[null, null], 'resolved'],
    only: 'node',
  },
  {
    name: 'an ID past Latin-1 goes back as it came, in UTF-8',
    answers: [ending('id: \u20ac1\ndata: one\n\n'), ending()],
    run: run({}, { ends: 1 }),
    shows: (story) => [sent(story, 'last-event-id'), calls(story).at(-1)],
    original: [[null], 'rejected'],
    // As Node reads header values: a character for each byte.
    ours: [[null, '\u00e2\u0082\u00ac1'], 'resolved'],
  },
  {
    name: 'an ID of Latin-1 too',
    answers: [ending('id: \u00e9\ndata: one\n\n'), ending()],
    run: run({}, { ends: 1 }),
    shows: (story) => sent(story, 'last-event-id'),
    original: [null, '\u00e9'],
    ours: [null, '\u00c3\u00a9'],
  },
  {
    name: 'the content type is compared as such',
    answers: [
      { ...ending('data: x\n\n'), headers: { 'Content-Type': 'Text/Event-Stream' } },
      { ...ending('data: x\n\n'), headers: { 'Content-Type': 'text/event-streams' } },
      ending(),
    ],
    run: run({}, { ends: 2 }),
    shows: (story) => calls(story).slice(0, 3),
    original: ['onerror', 'onmessage', 'onclose'],
    ours: ['onmessage', 'onclose', 'onerror'],
  },
]
