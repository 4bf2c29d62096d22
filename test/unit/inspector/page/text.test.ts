/** Text and prompts in the JSON of chats. */

import { expect, test } from 'vitest'
import { pieceOf, questionOf, withPrompt } from '../../../../src/inspector/page/text.ts'

test.for([
  ['H', 'H'],
  [' word', ' word'],
  ['{"token":" a"}', ' a'],
  ['{"choices":[{"delta":{"content":"b"}}]}', 'b'],
  ['{"type":"content_block_delta","delta":{"type":"text_delta","text":"c"}}', 'c'],
  ['{"type":"response.output_text.delta","delta":"d"}', 'd'],
  ['{"usage":1}', undefined],
  ['{"choices":[{"delta":{}}]}', undefined],
  ['{broken', '{broken'],
  ['[DONE]', undefined],
] as const)('extracts from %s the text %s', ([data, piece]) => {
  expect(pieceOf(data)).toBe(piece)
})

test('finds and replaces the prompt of a chat request', () => {
  expect(questionOf('{"prompt":"a"}')).toBe('a')
  expect(questionOf('{"messages":[{"role":"system","content":"x"},{"role":"user","content":"b"}]}')).toBe('b')
  for (const body of ['', 'x', '{}', '[]', 'null', '{"messages":[]}']) expect(questionOf(body)).toBeUndefined()
  expect(withPrompt('{"model":"m","prompt":"a"}', 'c')).toBe('{"model":"m","prompt":"c"}')
})
