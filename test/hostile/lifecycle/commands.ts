/** What servers do and clients call, in any order. */

import fc from 'fast-check'
import { TYPES, type HandledType } from './listeners.ts'
import type { Model, Phase } from './model.ts'
import { ACTS, type Subject } from './subject.ts'

type Command = fc.AsyncCommand<Model, Subject>

interface Deed {
  what: string
  /** In which phases it can be done; absent: in any. */
  during?: Phase[]
  /** Whether the next command does not wait for what comes of it. */
  isHurried?: boolean
  act: (subject: Subject) => Promise<void> | void
}

function command({ what, during, isHurried = false, act }: Deed): Command {
  const canBeDone = ({ phase }: Readonly<Model>): boolean => during === undefined || during.includes(phase)
  return {
    check: canBeDone,
    async run(model, subject) {
      // Since the check there were microtasks, in which a hurried life goes on.
      if (canBeDone(model)) await act(subject)
      if (isHurried) subject.hurry()
      else await subject.settle()
    },
    toString: () => `${what}${isHurried ? ' (in a hurry)' : ''}`,
  }
}

const hurry = fc.boolean()

const answers = hurry.map((isHurried) =>
  command({
    what: 'the server answers',
    during: ['requesting'],
    isHurried,
    act: ({ model, server }) => {
      model.answer()
      server.answer()
    },
  }),
)

const refusals = fc
  .constantFrom(
    { what: 'answers 204', reason: 'status', status: 204 },
    { what: 'answers 500', reason: 'status', status: 500 },
    { what: 'answers with HTML', reason: 'content-type', status: 200, type: 'text/html' },
  )
  .map(({ what, reason, status, type }) =>
    command({
      what: `the server ${what}`,
      during: ['requesting'],
      act: ({ model, server }) => {
        model.refuse(reason)
        server.answerWith(status, type)
      },
    }),
  )

const unreachable = fc.constant(
  command({
    what: 'there is a network error',
    during: ['requesting'],
    act: ({ model, server }) => {
      model.lose('network')
      server.breakOffRequest()
    },
  }),
)

const MESSAGES = [
  'data: a\n\n',
  'id: 1\ndata: b\n\n',
  'id: 4\ndata: e\n\n',
  'event: ping\ndata: c\n\n',
  'event: ping\nid\ndata: d\n\n',
]
const OTHERS = [
  ...['id: 2\n\n', 'id\n\n', ': comment\n', '\n', '\uFEFF', 'data: half', 'data: half\n', 'id: 3\n', 'event: ping\n'],
  ...['\nretry: 0\n', '\nretry: 50\n', '\nretry: 150\n', '\nretry: 1e3\n'],
]

const messages = fc
  .tuple(fc.array(fc.constantFrom(...MESSAGES), { minLength: 1, maxLength: 3 }), hurry)
  .map(([texts, isHurried]) =>
    command({
      what: `the server sends ${JSON.stringify(texts.join(''))}`,
      during: ['open'],
      isHurried,
      act: ({ model, server }) => {
        model.send(texts.join(''))
        server.send(texts.join(''))
      },
    }),
  )

/** What no listener hears of. Nothing may be under way that might close the connection before or after it is read. */
const others = fc.constantFrom(...OTHERS).map((text) =>
  command({
    what: `the server sends ${JSON.stringify(text)}`,
    during: ['open'],
    async act(subject) {
      await subject.settle()
      const { model, server } = subject
      if (model.phase !== 'open') return
      model.send(text)
      server.send(text)
    },
  }),
)

const ends = fc.tuple(fc.constantFrom('ended' as const, 'network' as const), hurry).map(([reason, isHurried]) =>
  command({
    what: reason === 'ended' ? 'the body ends' : 'the body breaks off',
    during: ['open'],
    isHurried: isHurried && reason === 'ended',
    async act(subject) {
      // What a body that breaks off has not delivered is lost.
      if (reason === 'network') await subject.settle()
      const { model, server } = subject
      if (model.phase !== 'open') return
      model.lose(reason)
      if (reason === 'ended') server.end()
      else server.breakOff()
    },
  }),
)

const timePasses = fc.constant(
  command({
    what: 'time passes',
    during: ['waiting'],
    act: (subject) => subject.until(() => subject.model.phase !== 'waiting'),
  }),
)

const calls = fc.constantFrom('close' as const, 'abort' as const, 'reconnect' as const).map((name) =>
  command({
    what: `${name}()`,
    act: (subject) => {
      subject[name]()
    },
  }),
)

const resets = fc.constant(
  command({
    what: 'reset()',
    async act(subject) {
      await subject.settle()
      subject.reset()
    },
  }),
)

const listening = fc.tuple(fc.constantFrom(...TYPES), fc.constantFrom(...ACTS), fc.boolean()).map(([type, act, once]) =>
  command({
    what: `addEventListener of one for ${type} that ${act}${once ? ', once' : ''}`,
    act: (subject) => {
      subject.listen(type, act, once)
    },
  }),
)

const removing = fc.tuple(fc.constantFrom(...TYPES), fc.nat({ max: 3 })).map(([type, place]) =>
  command({
    what: `removeEventListener of one for ${type}`,
    act: (subject) => {
      subject.removeListener(type, place)
    },
  }),
)

const handling = fc
  .tuple(fc.constantFrom<HandledType>('open', 'message', 'error'), fc.option(fc.constantFrom(...ACTS)))
  .map(([type, act]) =>
    command({
      what: `on${type} = ${act === null ? 'null' : `one that ${act}`}`,
      act: (subject) => {
        subject.setHandler(type, act)
      },
    }),
  )

/** A sequence for a source with a URL, or for one made of a stream. */
export const sequences = fc.commands(
  // Of each kind so many that a source lives for a while, and much happens in its life.
  [
    ...[answers, answers, answers, answers, answers, refusals, unreachable, unreachable],
    ...[messages, messages, messages, messages, others, others, others, ends, ends],
    ...[timePasses, timePasses, timePasses, timePasses, timePasses],
    ...[listening, listening, listening, listening, removing, handling, handling],
    ...[calls, resets],
  ],
  { maxCommands: 40, size: 'max' },
)
