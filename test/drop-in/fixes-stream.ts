/** Fixes for parsing a stream. */

import { ending } from '../conformance/harness.ts'
import { calls, messages, run, sent, type Fix } from './fixes.ts'

export const STREAM_FIXES: Fix[] = [
  {
    name: 'an ID counts when its event is complete',
    answers: [ending('id: 1\ndata: one\n\nid: 2\ndata: half'), ending()],
    run: run({}, { ends: 1 }),
    shows: (recording) => sent(recording, 'last-event-id'),
    // The second event is lost.
    original: [null, '2'],
    ours: [null, '1'],
  },
  {
    name: 'blocks without data call nothing',
    answers: [ending(': ping\n\n', 'id: 1\n\n', 'retry: 500\n\n', 'event: x\n\n', '\n\n', 'data: one\n\n')],
    run: run(),
    shows: (recording) => messages(recording, 'data'),
    original: ['', '', '', '', '', '', 'one'],
    ours: ['one'],
  },
  {
    name: 'a block without data can set the ID and the retry',
    answers: [ending('retry: 60000\n\n', 'id: 1\n\n', 'retry: 150\n\n'), ending()],
    run: run({ onerror: () => undefined }, { ends: 1 }),
    shows: (recording) => [sent(recording, 'last-event-id'), calls(recording)],
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
    name: 'a retry that is not a number of milliseconds is ignored',
    answers: [ending(...['12abc', '1e3', '-1', '+2', '0x10'].map((retry) => `retry: ${retry}\ndata: x\n\n`))],
    run: run(),
    shows: (recording) => messages(recording, 'retry'),
    original: [12, 1, -1, 2, 0],
    ours: Array(5).fill('<undefined>'),
  },
  {
    name: 'a line of data may be empty, even the first',
    answers: [ending('data:\ndata: x\n\ndata:\ndata:\n\n')],
    run: run(),
    shows: (recording) => messages(recording, 'data'),
    original: ['x', ''],
    ours: ['\nx', '\n'],
  },
  {
    name: 'a field may have no colon',
    answers: [ending('id: 1\ndata: one\n\n'), ending('data\ndata\nid\n\n'), ending()],
    run: run({}, { ends: 2 }),
    shows: (recording) => [messages(recording, 'data'), sent(recording, 'last-event-id')],
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
    name: 'a byte order mark is removed only at the start of the stream',
    answers: [ending('\uFEFFdata: \uFEFFone\n\n\uFEFFdata: two\n\n')],
    run: run(),
    shows: (recording) => messages(recording, 'data'),
    original: ['one', 'two'],
    ours: ['\uFEFFone'],
  },
  {
    name: 'an ID with a NUL is ignored',
    answers: [ending('id: 1\ndata: one\n\nid: 2\0\ndata: two\n\n'), ending()],
    run: run({}, { ends: 1 }),
    shows: (recording) => [sent(recording, 'last-event-id'), calls(recording).at(-1)],
    // It is invalid in a header, so every later request fails.
    original: [[null], 'rejected'],
    ours: [[null, '1'], 'resolved'],
  },
  {
    name: 'an ID that is invalid in a header is left out',
    answers: [ending('id: \u0001\ndata: one\n\n'), ending()],
    run: run({}, { ends: 1 }),
    shows: (recording) => [sent(recording, 'last-event-id'), calls(recording).at(-1)],
    // Browsers send it.
    original: [[null], 'rejected'],
    ours: [[null, null], 'resolved'],
    only: 'node',
  },
  {
    name: 'an ID past Latin-1 is sent in UTF-8, as received',
    answers: [ending('id: \u20ac1\ndata: one\n\n'), ending()],
    run: run({}, { ends: 1 }),
    shows: (recording) => [sent(recording, 'last-event-id'), calls(recording).at(-1)],
    original: [[null], 'rejected'],
    // Node reads header values with one character for each byte.
    ours: [[null, '\u00e2\u0082\u00ac1'], 'resolved'],
  },
  {
    name: 'an ID in Latin-1 is sent in UTF-8',
    answers: [ending('id: \u00e9\ndata: one\n\n'), ending()],
    run: run({}, { ends: 1 }),
    shows: (recording) => sent(recording, 'last-event-id'),
    original: [null, '\u00e9'],
    ours: [null, '\u00c3\u00a9'],
  },
  {
    name: 'the content type is compared as a media type',
    answers: [
      { ...ending('data: x\n\n'), headers: { 'Content-Type': 'Text/Event-Stream' } },
      { ...ending('data: x\n\n'), headers: { 'Content-Type': 'text/event-streams' } },
      ending(),
    ],
    run: run({}, { ends: 2 }),
    shows: (recording) => calls(recording).slice(0, 3),
    original: ['onerror', 'onmessage', 'onclose'],
    ours: ['onmessage', 'onclose', 'onerror'],
  },
]
