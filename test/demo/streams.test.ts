/** The events of the demo's streams. */

import { EventSource } from 'everysource'
import { describe, expect, test } from 'vitest'
import { ARTICLE, LONG_RETRY } from '../../demo/streams.ts'
import { listen, openServer, openWire, until } from './open.ts'

const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

describe('/article', () => {
  test('sends the text by character, then the event "end"', async () => {
    const { url } = await openServer()
    const { events } = listen(`${url}article`, ['message', 'end'])
    await until(() => events.some((event) => event.startsWith('end')))
    expect(events).toEqual(['open', ...Array.from(ARTICLE, (character) => `message: ${character}`), 'end: That is all'])
  })

  test('continues with zeros that fire no event', async () => {
    const { url } = await openServer()
    const { source, events, bytes } = listen(`${url}article`, ['message', 'end', '0'])
    await until(() => events.some((event) => event.startsWith('end')))
    const { length } = events
    const before = bytes()
    await until(() => bytes() >= before + 5)
    expect(events).toHaveLength(length)
    expect(source.readyState).toBe(EventSource.OPEN)

    const { writes } = await openWire(`${url}article`)
    await until(() => writes.filter((write) => write === '0').length === 3)
  })
})

describe('/current-time', () => {
  test('sends the date in messages without a type', async () => {
    const { url } = await openServer()
    const { messages, events } = listen(`${url}current-time`)
    await until(() => messages.length === 2)
    expect(events[0]).toBe('open')
    for (const { data } of messages) expect(new Date(data).toUTCString()).toBe(data)
  })

  test('allows any origin', async () => {
    const { url } = await openServer()
    const { response } = await openWire(`${url}current-time`)
    expect(response.statusCode).toBe(200)
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'access-control-allow-origin': '*',
    })
  })
})

describe('/people', () => {
  test('sends a name, then an age', async () => {
    const { url } = await openServer()
    const { events } = listen(`${url}people`, ['message', 'name', 'age'])
    await until(() => events.length === 3)
    expect(events).toEqual(['open', 'name: Ada', 'age: 36'])
  })

  test('writes each message in two parts', async () => {
    const { url } = await openServer()
    const { writes } = await openWire(`${url}people`)
    await until(() => writes.length === 4)
    expect(writes).toEqual(['event: name\n', 'data: Ada\n\n', 'event: age\n', 'data: 36\n\n'])
  })
})

describe('/stream', () => {
  test('sends the time with its ms as ID', async () => {
    const { url } = await openServer()
    const { source, messages } = listen(`${url}stream`)
    await until(() => messages.length >= 2)
    for (const { data, lastEventId } of messages) expect(new Date(data).getTime()).toBe(Number(lastEventId))
    expect(source.lastEventId).toBe(messages.at(-1)?.lastEventId)
  })

  test('omits the space after the colons', async () => {
    const { url } = await openServer()
    const { writes } = await openWire(`${url}stream`)
    await until(() => writes.length > 0)
    expect(writes[0]).toMatch(/^id:\d+\ndata:\S+\n\n$/)
  })
})

describe('/retry', () => {
  test('sets the reconnection time, then sends "connecttime" and ticks', async () => {
    const { url } = await openServer()
    const { source, messages } = listen(`${url}retry`, ['connecttime', 'message'])
    await until(() => messages.length >= 3)
    expect(source.reconnectionTime).toBe(LONG_RETRY)
    expect(messages.slice(0, 3).map(({ type }) => type)).toEqual(['connecttime', 'message', 'message'])
  })

  test('is only available with Host 127.0.0.1', async () => {
    const { url, port } = await openServer()
    for (const host of [`localhost:${port}`, `example.com:${port}`, 'example.com', '127.0.0.1.example.com']) {
      const { response } = await openWire(`${url}retry`, { Host: host })
      expect(response.statusCode, host).toBe(403)
    }
    const { response } = await openWire(`${url}retry`, { Host: '127.0.0.1' })
    expect(response.statusCode).toBe(200)
  })

  // Only Linux has other loopback addresses by default.
  test.runIf(process.platform === 'linux')('refuses requests to another local address', async () => {
    const { port } = await openServer({ host: '0.0.0.0' })
    const { response } = await openWire(`http://127.0.0.2:${port}/retry`, { Host: `127.0.0.1:${port}` })
    expect(response.statusCode).toBe(403)

    const { source, events } = listen(`http://127.0.0.2:${port}/retry`)
    await until(() => source.readyState === EventSource.CLOSED)
    expect(events).toEqual(['error'])
  })
})

describe('/events', () => {
  test('sends ISO dates', async () => {
    const { url } = await openServer()
    const { messages } = listen(`${url}events`)
    await until(() => messages.length >= 2)
    for (const { data } of messages) expect(data).toMatch(ISO_DATE)
  })

  test('fires no event without blank lines, and stays open', async () => {
    const { url } = await openServer()
    const { source, events, bytes } = listen(`${url}events/unframed`)
    await until(() => bytes() > 200)
    expect(events).toEqual(['open'])
    expect(source.readyState).toBe(EventSource.OPEN)
  })
})

describe('/drop', () => {
  test('drops the connection in the middle of a message and resumes after the last one received', async () => {
    const log: string[] = []
    const server = await openServer({ second: 200, log: (_, text) => log.push(text) })
    const { events } = listen(`${server.url}drop`)
    await until(() => events.includes('message: part 7'))
    const parts = (...numbers: number[]) => numbers.map((number) => `message: part ${number}`)
    expect(events).toEqual([
      ...['open', ...parts(1, 2, 3), 'error'],
      ...['open', ...parts(4, 5, 6), 'error'],
      ...['open', ...parts(7)],
    ])
    expect(log.filter((text) => text.includes('Last-Event-ID'))).toEqual([
      'request without Last-Event-ID',
      'request with Last-Event-ID: 3',
      'request with Last-Event-ID: 6',
    ])
  })

  test('starts at the first message for an unknown ID', async () => {
    const { url } = await openServer()
    for (const id of ['x', '-1', '1e3', '9'.repeat(40)]) {
      const { writes } = await openWire(`${url}drop`, { 'Last-Event-ID': id })
      await until(() => writes.length > 1)
      expect(writes[1], id).toBe('id: 1\ndata: part 1\n\n')
    }
  })
})

describe('/tabs', () => {
  const numbersOf = (writes: string[]): number[] =>
    Array.from(writes.join('').matchAll(/^id: (\d+)$/gm), ([, number]) => Number(number))

  test('sends consecutive numbers, and how many connections the stream has', async () => {
    const { url } = await openServer()
    const first = listen(`${url}tabs`)
    await until(() => first.messages.length >= 2)
    expect(JSON.parse(first.messages[0]?.data ?? '')).toEqual({
      number: Number(first.messages[0]?.lastEventId),
      connections: 1,
    })
    const second = listen(`${url}tabs`)
    await until(() => first.messages.at(-1)?.data.endsWith('"connections":2}') === true)
    second.source.close()
    await until(() => first.messages.at(-1)?.data.endsWith('"connections":1}') === true)
    const [start = 0, ...numbers] = first.messages.map(({ lastEventId }) => Number(lastEventId))
    expect(numbers).toEqual(numbers.map((_, index) => start + 1 + index))
  })

  test('continues after the last event ID, unless that is too high', async () => {
    const { url } = await openServer()
    const { writes } = await openWire(`${url}tabs`)
    await until(() => numbersOf(writes).length >= 5)
    const [first = 0] = numbersOf(writes)
    const resumed = await openWire(`${url}tabs`, { 'Last-Event-ID': String(first) })
    await until(() => numbersOf(resumed.writes).length > 0)
    expect(numbersOf(resumed.writes)[0]).toBe(first + 1)
    const restarted = await openWire(`${url}tabs`, { 'Last-Event-ID': '999999999' })
    await until(() => numbersOf(restarted.writes).length > 0)
    expect(numbersOf(restarted.writes)[0]).toBeGreaterThan(first)
    expect(numbersOf(restarted.writes)[0]).toBeLessThan(999_999)
  })
})
