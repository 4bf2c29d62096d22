/** Random sequences of server actions and client calls. */

import fc from 'fast-check'
import { TYPES, type HandledType } from './listeners.ts'
import type { Model, Phase } from './model.ts'
import { ACTS, type Subject } from './subject.ts'

type Command = fc.AsyncCommand<Model, Subject>

interface Action {
  title: string
  /** Phases in which it is possible; all if absent. */
  during?: Phase[]
  /** Whether the next command runs before its effects. */
  isHurried?: boolean
  act: (subject: Subject) => Promise<void> | void
}

function command({ title, during, isHurried = false, act }: Action): Command {
  const isPossible = ({ phase }: Readonly<Model>): boolean => during === undefined || during.includes(phase)
  return {
    check: isPossible,
    async run(model, subject) {
      // Effects of earlier commands in microtasks since the check may have changed the phase.
      if (isPossible(model)) await act(subject)
      if (isHurried) subject.hurry()
      else await subject.settle()
    },
    toString: () => `${title}${isHurried ? ' (without waiting)' : ''}`,
  }
}

const hurry = fc.boolean()

const answers = hurry.map((isHurried) =>
  command({
    title: 'the server answers',
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
    { title: 'answers 204', reason: 'status', status: 204 },
    { title: 'answers 500', reason: 'status', status: 500 },
    { title: 'answers with HTML', reason: 'content-type', status: 200, type: 'text/html' },
  )
  .map(({ title, reason, status, type }) =>
    command({
      title: `the server ${title}`,
      during: ['requesting'],
      act: ({ model, server }) => {
        model.refuse(reason)
        server.answerWith(status, type)
      },
    }),
  )

const unreachable = fc.constant(
  command({
    title: 'the network fails',
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
      title: `the server sends ${JSON.stringify(texts.join(''))}`,
      during: ['open'],
      isHurried,
      act: ({ model, server }) => {
        model.send(texts.join(''))
        server.send(texts.join(''))
      },
    }),
  )

/** Text that fires no event. Runs only when settled, because the connection must not close before or after reading it. */
const others = fc.constantFrom(...OTHERS).map((text) =>
  command({
    title: `the server sends ${JSON.stringify(text)}`,
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
    title: reason === 'ended' ? 'the body ends' : 'the body is interrupted',
    during: ['open'],
    isHurried: isHurried && reason === 'ended',
    async act(subject) {
      // A broken body loses its undelivered data.
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
    title: 'time passes',
    during: ['waiting'],
    act: (subject) => subject.until(() => subject.model.phase !== 'waiting'),
  }),
)

const calls = fc.constantFrom('close' as const, 'abort' as const, 'reconnect' as const).map((name) =>
  command({
    title: `${name}()`,
    act: (subject) => {
      subject[name]()
    },
  }),
)

const resets = fc.constant(
  command({
    title: 'reset()',
    async act(subject) {
      await subject.settle()
      subject.reset()
    },
  }),
)

const listening = fc.tuple(fc.constantFrom(...TYPES), fc.constantFrom(...ACTS), fc.boolean()).map(([type, act, once]) =>
  command({
    title: `addEventListener for ${type} with one that ${act}${once ? ', once' : ''}`,
    act: (subject) => {
      subject.listen(type, act, once)
    },
  }),
)

const removing = fc.tuple(fc.constantFrom(...TYPES), fc.nat({ max: 3 })).map(([type, place]) =>
  command({
    title: `removeEventListener for ${type}`,
    act: (subject) => {
      subject.removeListener(type, place)
    },
  }),
)

const handling = fc
  .tuple(fc.constantFrom<HandledType>('open', 'message', 'error'), fc.option(fc.constantFrom(...ACTS)))
  .map(([type, act]) =>
    command({
      title: `on${type} = ${act === null ? 'null' : `one that ${act}`}`,
      act: (subject) => {
        subject.setHandler(type, act)
      },
    }),
  )

/** A sequence of commands, for a source with a URL or from a stream. */
export const sequences = fc.commands(
  // Weights that keep a source open for a while, with many events.
  [
    ...[answers, answers, answers, answers, answers, refusals, unreachable, unreachable],
    ...[messages, messages, messages, messages, others, others, others, ends, ends],
    ...[timePasses, timePasses, timePasses, timePasses, timePasses],
    ...[listening, listening, listening, listening, removing, handling, handling],
    ...[calls, resets],
  ],
  { maxCommands: 40, size: 'max' },
)
