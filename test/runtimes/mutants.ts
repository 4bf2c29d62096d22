/** Does the suite notice? Each mutant breaks one fact on purpose, and the suite must fail on that fact: `npm run test:mutants`. */

import { atOnce } from '../at-once.ts'
import { bundle, path } from '../conformance/bundle.ts'
import { buildMutant, type Mutation } from '../mutation.ts'
import { startTestServer } from '../server/server.ts'
import { Tally } from '../tally.ts'
import { runSuiteIn, type Settings } from './suite-process.ts'

interface Mutant extends Mutation {
  /** The beginning of the names of the tests that must notice. */
  noticedBy: string
}

/** How often one may escape: a busy machine merges the chunks that would show it. */
const RUNS = 3

/** How long a fact may take, in ms: long enough for those that hold, and a broken version often waits for ever. */
const FACT_LIMIT = 15_000

/** How many run at once. */
const AT_ONCE = 12

const MUTANTS: Mutant[] = [
  {
    what: 'dispatches all messages of a chunk in one task',
    file: 'src/event-source/task-queue.ts',
    replace: 'if (taskHasRun)',
    by: 'if (taskHasRun || true)',
    noticedBy: 'fact 20',
  },
  {
    what: 'takes every round of the event loop for a new one',
    file: 'src/event-source/task-queue.ts',
    replace: 'return this.#round !== last',
    by: 'return true',
    noticedBy: 'fact 20',
  },
  {
    what: 'takes a new chunk for a new task',
    file: 'src/platform/task.ts',
    replace: 'return setImmediate',
    by: 'return (task) => Promise.resolve().then(task)',
    noticedBy: 'fact 20',
  },
  {
    what: 'drops the id of a block without data',
    file: 'src/decoder/event-decoder.ts',
    replace: 'this.#sink.id(this.#lastEventId)',
    by: '',
    noticedBy: 'case "id without data"',
  },
  {
    what: 'keeps the BOM',
    file: 'src/decoder/event-decoder.ts',
    replace: "text.startsWith('\\uFEFF')",
    by: 'false',
    noticedBy: 'case "BOM"',
  },
  {
    what: 'removes two BOMs',
    file: 'src/decoder/event-decoder.ts',
    replace: "this.#parser.feed('\\n')",
    by: '',
    noticedBy: 'case "two BOMs"',
  },
  {
    what: 'decodes each chunk for itself',
    file: 'src/decoder/event-decoder.ts',
    replace: '{ stream: true }',
    by: '{}',
    noticedBy: 'case "multibyte',
  },
  {
    what: 'sends the id as Latin-1',
    file: 'src/connection/request.ts',
    replace: 'headerValue(lastEventId)',
    by: 'lastEventId.replace(/[^\\0-\\xff]/g, "?")',
    noticedBy: 'case "id with latin-1',
  },
  {
    what: 'reconnects to where a redirect led',
    file: 'src/connection/fetch-exchange.ts',
    replace: "'failure' in outcome ? outcome :",
    by: "'failure' in outcome ? outcome : (this.#opener.href = outcome.response.url || this.#opener.href) === undefined ? outcome :",
    noticedBy: 'fact 9',
  },
  {
    what: 'takes the origin of the first URL',
    file: 'src/connection/fetch-exchange.ts',
    replace: 'openResponse(outcome.response, this.url, this.request)',
    by: "openResponse(Object.defineProperty(outcome.response, 'url', { value: this.url.href }), this.url, this.request)",
    noticedBy: 'fact 9: 301',
  },
  {
    what: 'tries again after a refused response',
    file: 'src/connection/reconnect.ts',
    replace: "= ['network',",
    by: "= ['status', 'network',",
    noticedBy: 'fact 11',
  },
  {
    what: 'compares the whole Content-Type',
    file: 'src/connection/response.ts',
    replace: 'mimeEssence(contentType)',
    by: 'contentType',
    noticedBy: 'fact 10',
  },
  {
    what: 'hands the reconnection time to the timer as it is',
    file: 'src/connection/reconnect.ts',
    replace: 'const MAX_DELAY = 2 ** 31 - 1',
    by: 'const MAX_DELAY = Infinity',
    noticedBy: 'fact 18',
  },
  {
    what: 'reconnects as fast as the server says',
    file: 'src/connection/reconnect.ts',
    replace: 'const MIN_DELAY = 100',
    by: 'const MIN_DELAY = 0',
    noticedBy: 'fact 24',
  },
  {
    what: 'leaves the connection open after close()',
    file: 'src/connection/connection.ts',
    replace: 'state.exchange.request.abort()',
    by: 'void 0',
    noticedBy: 'fact 23',
  },
  {
    what: 'fires error before the state has changed',
    file: 'src/event-source/dispatcher.ts',
    replace: 'this.#readyState = CONNECTING\n      this.#dispatch',
    by: 'queueMicrotask(() => (this.#readyState = CONNECTING))\n      this.#dispatch',
    noticedBy: 'fact 12',
  },
  {
    what: 'gives a replaced handler a new place',
    file: 'src/event-source/handler-attributes.ts',
    replace: 'handler.callback = callback',
    by: 'this.set(type, null)\n      this.set(type, callback)',
    noticedBy: 'fact 22',
  },
  {
    what: 'leaves members as classes make them: not enumerable',
    file: 'src/event-source/webidl.ts',
    replace: 'Object.defineProperty(prototype, name, { enumerable: true })',
    by: 'void [prototype, name]',
    noticedBy: 'fact 6',
  },
  {
    what: 'delivers the rest of a chunk after close()',
    file: 'src/connection/connection.ts',
    replace: "if (this.#state.phase !== 'open') return",
    by: '',
    noticedBy: 'fact 20',
  },
  {
    what: 'keeps the origin of the first connection',
    file: 'src/event-source/dispatcher.ts',
    replace: 'this.#origin = origin',
    by: 'this.#origin ||= origin',
    noticedBy: 'fact 15',
  },
  {
    what: 'forgets the password once it has an id',
    file: 'src/connection/request.ts',
    replace: 'ownHeaders(url, body)',
    by: 'ownHeaders(lastEventId ? new URL(url.origin) : url, body)',
    noticedBy: 'fact 4',
  },
  {
    what: 'calls the methods of a subclass',
    file: 'src/platform/event-target.ts',
    replace: 'methods.dispatchEvent.call(target, event)',
    by: 'target.dispatchEvent(event)',
    noticedBy: 'fact 21',
  },
  {
    what: 'sends a POST again',
    file: 'src/connection/read-options.ts',
    replace: "resume !== undefined || (reconnectsGet && method === 'GET')",
    by: 'true',
    noticedBy: 'fact 35: a POST',
  },
  {
    what: "sends the caller's id after the stream has reset it",
    file: 'src/connection/request.ts',
    replace: "headers.delete('last-event-id')",
    by: '',
    noticedBy: 'fact 37',
  },
  {
    what: 'puts the id into the header next to the parameter',
    file: 'src/connection/request.ts',
    replace: '    else {\n      const value = lastEventIdHeader',
    by: '    {\n      const value = lastEventIdHeader',
    noticedBy: 'fact 37',
  },
  {
    what: 'sends the first request again to resume',
    file: 'src/connection/attempt.ts',
    replace: 'const resumed = isFirst ? undefined : resume',
    by: 'const resumed = undefined',
    noticedBy: 'fact 38',
  },
  {
    what: 'follows redirects to any origin',
    file: 'src/connection/redirect.ts',
    replace: 'target.origin !== new URL(url).origin',
    by: 'false',
    noticedBy: 'fact 39',
  },
  {
    what: 'leaves the source open when its signal is aborted',
    file: 'src/connection/connection.ts',
    replace: 'this.#sink.aborted()',
    by: '',
    noticedBy: 'fact 41',
  },
  {
    what: 'asks whether to reconnect before the messages are delivered',
    file: 'src/connection/connection.ts',
    replace: 'await this.#sink.delivered()',
    by: '',
    noticedBy: 'fact 43',
  },
  {
    what: 'never gives up',
    file: 'src/connection/reconnect.ts',
    replace: 'fruitless >= policy.maxAttempts',
    by: 'false',
    noticedBy: 'fact 43',
  },
  {
    what: 'knows nothing of Retry-After',
    file: 'src/connection/reconnect.ts',
    replace: 'retryAfter !== undefined',
    by: 'false',
    noticedBy: 'fact 44',
  },
  {
    what: 'holds on to a refused response',
    file: 'src/connection/refused-body.ts',
    replace: 'request.abort()\n  return text',
    by: 'return text',
    noticedBy: 'fact 45',
  },
  {
    what: 'shows header values',
    file: 'src/connection/cause.ts',
    replace: "rest.replaceAll(secret, '…')",
    by: 'rest',
    noticedBy: 'fact 46',
  },
  {
    what: 'leaves the old connection open at reconnect()',
    file: 'src/connection/connection.ts',
    replace: 'this.#drop()\n    this.#live()',
    by: 'this.#live()',
    noticedBy: 'fact 47',
  },
  {
    what: 'reads on while the loop is slow',
    file: 'src/event-stream/inbox.ts',
    replace: '    if (this.#bytesAhead <= this.#options.readAhead) return undefined\n',
    by: '    return undefined\n',
    noticedBy: 'fact 53',
  },
  {
    what: 'reconnects while the loop is at work',
    file: 'src/event-stream/inbox.ts',
    replace: 'if (item.isAskedFor && this.#askers.length === 0) return',
    by: '',
    noticedBy: 'fact 51: no reconnection',
  },
  {
    what: 'asks shouldReconnect while the loop is at work',
    file: 'src/event-stream/inbox.ts',
    replace: 'if (item.isAskedFor && this.#askers.length === 0) return',
    by: '',
    noticedBy: 'fact 51: shouldReconnect',
  },
  {
    what: 'reconnects without being told to',
    file: 'src/event-stream/stream-events.ts',
    replace: 'const options = readOptions(init, false)\n  const',
    by: 'const options = readOptions(init)\n  const',
    noticedBy: 'fact 51',
  },
  {
    what: 'throws on a 204',
    file: 'src/connection/verdict.ts',
    replace: ' || failure.status === 204',
    by: '',
    noticedBy: 'fact 50',
  },
  {
    what: 'throws when the body ends',
    file: 'src/connection/verdict.ts',
    replace: "failure.reason === 'ended' || ",
    by: '',
    noticedBy: 'fact 50',
  },
  {
    what: 'ends a loop quietly when shouldReconnect throws',
    file: 'src/connection/verdict.ts',
    replace: 'isEnd: false',
    by: 'isEnd',
    noticedBy: 'fact 51: an end is no end',
  },
  {
    what: 'reads nothing ahead',
    file: 'src/event-stream/stream-events.ts',
    replace: 'const READ_AHEAD = 64 * 1024',
    by: 'const READ_AHEAD = 0',
    noticedBy: 'fact 53: a slow loop loses nothing',
  },
  {
    what: 'counts silence while the loop is at work',
    file: 'src/connection/body.ts',
    replace: 'result === TIMED_OUT ? sink.demand?.() : undefined',
    by: 'undefined',
    noticedBy: 'fact 53: a loop at work',
  },
  {
    what: 'gives each event of a loop an id',
    file: 'src/decoder/stream-event.ts',
    replace: 'id === undefined ?',
    by: 'false ?',
    noticedBy: 'fact 50',
  },
  {
    what: 'lets two loops read one stream',
    file: 'src/event-stream/event-stream.ts',
    replace: 'this.#isTaken = true',
    by: '',
    noticedBy: 'fact 50',
  },
  {
    what: 'stays connected when the loop is left',
    file: 'src/event-stream/event-stream.ts',
    replace: '          inbox.end()\n          return',
    by: '          return',
    noticedBy: 'fact 52',
  },
  {
    what: 'ends a loop quietly when the signal is aborted',
    file: 'src/event-stream/inbox.ts',
    replace: 'const reason: unknown = this.#options.signal?.reason',
    by: 'const reason: unknown = this.end()',
    noticedBy: 'fact 52',
  },
  {
    what: 'drops what was read when the connection fails',
    file: 'src/event-stream/inbox.ts',
    replace: 'failed(error: ConnectionError, isEnd: boolean): Promise<void> {',
    by: 'failed(error: ConnectionError, isEnd: boolean): Promise<void> { this.end({ error })',
    noticedBy: 'fact 50',
  },
  {
    what: 'reconnects a source made of a stream',
    file: 'src/event-source/define-event-source.ts',
    replace: '{ reconnect: false }',
    by: '{}',
    noticedBy: 'fact 30',
  },
  {
    what: 'knows no id of a stream before it is dispatched',
    file: 'src/event-source/define-event-source.ts',
    replace: 'return isAhead ?',
    by: 'return false ?',
    noticedBy: 'fact 31',
  },
  {
    what: 'resets nothing',
    file: 'src/event-source/define-event-source.ts',
    replace: 'this.#connection.reset()',
    by: '',
    noticedBy: 'fact 31',
  },
  {
    what: 'forgets the id when it resets',
    file: 'src/decoder/event-decoder.ts',
    replace: 'else this.begin(this.#lastEventId)',
    by: "else this.begin('')",
    noticedBy: 'fact 31',
  },
  {
    what: 'resets in the middle of a chunk',
    file: 'src/decoder/event-decoder.ts',
    replace: 'if (this.#isDecoding) this.#isToReset = true\n    else ',
    by: '',
    noticedBy: 'fact 31',
  },
  {
    what: 'leaves a given stream alone when it is closed',
    file: 'src/connection/given-exchange.ts',
    replace: "request.signal.addEventListener('abort', () => void cancel(reader), { once: true })",
    by: '',
    noticedBy: 'fact 54',
  },
  {
    what: 'loses decoded events when the stream errors',
    file: 'src/decoder/event-decoder-stream.ts',
    replace: 'if (failure && brought.length === 0)',
    by: 'if (failure)',
    noticedBy: 'fact 55',
  },
]

const tally = new Tally()
const { origins, close } = await startTestServer()
const entry = await bundle('test/runtimes/entry.ts', 'runtimes.mjs')
const suite = tally.suite('the suite notices')

// Many at once, for a broken version mostly waits for what does not come; more would keep each other from their chunks.
await atOnce(
  AT_ONCE,
  MUTANTS.map(
    (mutant, index) => () =>
      suite.run(`a version that ${mutant.what}`, () => mustBeNoticed(mutant, `.cache/mutants/${index}`)),
  ),
)
suite.end()
await close()
tally.end()

async function mustBeNoticed(mutant: Mutant, output: string): Promise<void> {
  const entryPoints = [path('src/index.ts'), path('src/fetch-event-source.ts')]
  await buildMutant(mutant, { entryPoints, outdir: path(output), format: 'esm' })
  for (let run = 1; run <= RUNS; run++) if (await isNoticed(mutant, output)) return
  throw new Error(`"${mutant.noticedBy}" did not fail`)
}

async function isNoticed({ noticedBy }: Mutant, folder: string): Promise<boolean> {
  const noticed = new AbortController()
  const [module, dropIn] = [path(`${folder}/index.js`), path(`${folder}/fetch-event-source.js`)]
  const environment = { runtime: 'mutant', base: undefined, origins, seed: 1, concurrency: 24, factLimit: FACT_LIMIT }
  const settings: Settings = { ...environment, ours: true, module, dropIn, filter: [noticedBy] }
  await runSuiteIn(
    // Without the warnings that some of them deserve.
    [process.execPath, '--no-warnings'],
    entry,
    settings,
    ({ name, outcome }) => {
      if (name.startsWith(noticedBy) && outcome === 'failed') noticed.abort()
    },
    noticed.signal,
  )
  return noticed.signal.aborted
}
