/** Tests that apply to every documented program. */

import assert from 'node:assert/strict'
import type { Suite } from '../tally.ts'
import { check } from './checks.ts'
import { checkBetterSSE } from './better-sse.ts'
import { type Follow, type Message, SURFACES } from './follower.ts'
import { Hosted } from './hosted.ts'
import { until } from './until.ts'

/** Decodes the data of a server's messages. */
type Read = (data: string) => unknown

const asText: Read = (data) => data
const asJSON: Read = JSON.parse

const PROGRAMS: Record<string, Read> = {
  express: asText,
  fastify: asText,
  'fastify-sse': asJSON,
  hono: asText,
  'better-sse': asJSON,
  nest: asText,
  h3: asText,
}

const TEXTS = [
  'plain',
  'two\nlines',
  '\nblank\n\nlines\n',
  'äöü ß 你好 🎉 \u2028',
  'carriage\rreturns\r\n',
  ' : [] {"a": "b"} ',
  '',
]
/** A burst that exceeds the buffers of sockets and streams. */
const MANY = Array.from({ length: 5_000 }, (_, n): [string, string] => ['news', `${n} ${'x'.repeat(200)}`])

/** A prompt whose answer takes minutes, so that only a disconnect ends it. */
const LONG = 'a '.repeat(20_000)

interface Scene {
  hosted: Hosted
  url: string
  follow: Follow
  read: Read
}

/** Each runs with `EventSource` and with `streamEvents`. */
const FACTS: Record<string, (scene: Scene) => Promise<void>> = {
  'opens before the first message': async ({ url, follow }) => {
    const follower = follow(url)
    const { status } = await follower.opened
    assert.equal(status, 200)
    assert.deepEqual([follower.waiting, follower.comments.length < 2], [0, true])
    follower.close()
  },

  'delivers each message at once, with its type, ID and all lines': async (scene) => {
    const { hosted, url, follow, read } = scene
    const follower = follow(url)
    await hosted.serves('events', 1)
    let before: Message | undefined
    for (const text of TEXTS) {
      hosted.publish(['alarm', text])
      const message = await follower.next()
      assert.equal(read(message.data), read === asJSON ? text : text.replace(/\r\n?/g, '\n'))
      assert.equal(message.type, 'alarm')
      assert.equal(Number(message.id), before ? Number(before.id) + 1 : Number(message.id))
      assert.match(message.id, /^\d+$/)
      before = message
    }
    follower.close()
  },

  'delivers a burst completely and in order': async ({ hosted, url, follow, read }) => {
    const follower = follow(url)
    await hosted.serves('events', 1)
    hosted.publish(...MANY)
    for (const [, text] of MANY) assert.equal(read((await follower.next()).data), text)
    follower.close()
  },

  'resumes after a reconnection, not before the retry time': async ({ hosted, url, follow, read }) => {
    const follower = follow(url, { reconnect: true })
    await hosted.serves('events', 1)
    hosted.publish(['news', 'before'])
    const { id } = await follower.next()
    assert.equal(follower.reconnectionTime, 500)

    const dropped = performance.now()
    hosted.drop(['news', 'meanwhile'], ['news', 'and more'])
    assert.deepEqual(
      [await follower.next(), await follower.next()].map((message) => [Number(message.id), read(message.data)]),
      [
        [Number(id) + 1, 'meanwhile'],
        [Number(id) + 2, 'and more'],
      ],
    )
    const waited = performance.now() - dropped
    assert.ok(waited > 495, `it waited ${waited} ms`)
    follower.close()
  },

  'detects a disconnect within half a second': async ({ hosted, url, follow }) => {
    const follower = follow(url)
    await hosted.serves('events', 1)
    hosted.publish(['news', 'here'])
    await follower.next()
    follower.close()
    await hosted.serves('events', 0, 500)
  },

  'refuses with a status and JSON, which are in the error': async ({ hosted, follow }) => {
    const follower = follow(`${hosted.origin}/chat`, { ...ask('x'), headers: { 'Content-Type': 'application/json' } })
    await until(
      () => follower.failures.length > 0,
      () => 'no error yet',
    )
    const [{ reason, status, body, headers } = assert.fail()] = follower.failures
    assert.deepEqual([reason, status], ['status', 401])
    assert.match(headers?.get('content-type') ?? '', /^application\/json/)
    assert.match(JSON.stringify(JSON.parse(body ?? '')), /no such token/)
  },

  'answers a POST with JSON': async ({ hosted, follow, read }) => {
    const follower = follow(`${hosted.origin}/chat`, ask('Grüße an 你好'))
    for (const word of ['Grüße', 'an', '你好', '[DONE]']) {
      const { type, data } = await follower.next()
      assert.deepEqual([type, read(data)], ['message', word])
    }
    follower.close()
    await hosted.serves('chats', 0)
  },

  'detects within half a second that a client canceled an answer': async ({ hosted, follow }) => {
    const follower = follow(`${hosted.origin}/chat`, ask(LONG))
    await follower.next()
    await hosted.serves('chats', 1)
    follower.close()
    await hosted.serves('chats', 0, 500)
  },
}

const ask = (prompt: string): { method: string; headers: Record<string, string>; body: string } => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', Authorization: 'Bearer secret' },
  body: JSON.stringify({ prompt }),
})

/** Suites by name, as in `--only`. */
export const programs = Object.entries(PROGRAMS).map(([name, read]): [string, (suite: Suite) => Promise<void>] => [
  name,
  (suite) => checkProgram(suite, name, read),
])

async function checkProgram(suite: Suite, name: string, read: Read): Promise<void> {
  const [hosted, withComments] = await Promise.all([Hosted.start(name), Hosted.start(name, { HEARTBEAT: '50' })])
  try {
    for (const [surface, follow] of Object.entries(SURFACES)) {
      for (const [fact, holds] of Object.entries(FACTS)) {
        await check(suite, `${fact} (${surface})`, async () => {
          await holds({ hosted, url: `${hosted.origin}/events`, follow, read })
          await hosted.serves('events', 0)
        })
      }
      await check(suite, `sends keep-alive comments, which fire no event (${surface})`, () =>
        receivesComments(withComments, follow),
      )
    }
    if (name === 'better-sse') await checkBetterSSE(suite, hosted)
  } finally {
    await Promise.all([hosted.stop(), withComments.stop()])
  }
}

async function receivesComments({ origin }: Hosted, follow: Follow): Promise<void> {
  const follower = follow(`${origin}/events`)
  await until(
    () => follower.comments.length >= 3,
    () => `${follower.comments.length} comments`,
  )
  assert.equal(follower.waiting, 0)
  follower.close()
}
