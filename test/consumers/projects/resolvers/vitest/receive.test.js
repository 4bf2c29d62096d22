/** Receives a message and reports the loaded files, which it finds in error stacks. */

import { writeFileSync } from 'node:fs'
import { EventSource } from 'everysource'
import { fetchEventSource } from 'everysource/fetch-event-source'
import { expect, test } from 'vitest'

const { URL_OF_SERVER, REPORT } = process.env

test('messages are received', async () => {
  const source = new EventSource(URL_OF_SERVER)
  const event = await new Promise((resolve, reject) => {
    source.addEventListener('greeting', resolve)
    source.onerror = ({ error }) => reject(error)
  })
  source.close()
  expect(event.data).toBe('hello')
  expect(event).toBeInstanceOf(Event)

  const controller = new AbortController()
  const messages = []
  await fetchEventSource(URL_OF_SERVER, {
    signal: controller.signal,
    onmessage({ data }) {
      messages.push(data)
      controller.abort()
    },
  })
  expect(messages).toEqual(['hello'])
})

test('the loaded files are reported', async () => {
  const files = []
  try {
    new EventSource()
  } catch ({ stack }) {
    files.push(fileIn(stack))
  }
  await fetchEventSource('http://a.test', { headers: 7, fetch: 7 }).catch(({ stack }) => files.push(fileIn(stack)))
  writeFileSync(REPORT, JSON.stringify(files))
})

function fileIn(stack) {
  return /everysource\/(dist\/[^):?]+)/.exec(stack)?.[1] ?? stack
}
