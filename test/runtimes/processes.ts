/**
 * Facts about whole processes, in each server runtime: when one stays alive and when it can exit (25), silence (26), and
 * how much memory an endless line and a million messages take. `node test/runtimes/processes.ts [--only node22]`
 */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { atOnce } from '../at-once.ts'
import { Tally } from '../tally.ts'
import { missing, RUNTIMES } from './list.ts'
import { Script } from './script.ts'
import { Source } from './source.ts'

interface Check {
  name: string
  run: (start: Start, runtime: string) => Promise<void>
}

/** Starts a script in the runtime under test. */
type Start = (name: string, args: string[], env?: Record<string, string>) => Script

/** How many run at once: what most of them do is wait, but to start a runtime is work. */
const AT_ONCE = 16

const MIB = 2 ** 20

/** What a server may pour out, the limit, and how many MiB the process may grow. */
const FLOODS = [
  ['an endless line', 'x', MIB, 40],
  ['an endless line', 'x', undefined, 300],
  ['an endless event of short lines', 'data\n', MIB, 40],
  ['an endless event of short lines', 'data\n', undefined, 300],
] as const

/** How many MiB the process may grow while 300 MiB go through it. */
const MILLION_GROWTH = 100

const CHECKS: Check[] = [
  {
    name: 'fact 25: a script of one line lives while it connects, is open and waits, and gets its events',
    run: async (start) => {
      const source = await Source.start((response, n) => {
        if (n === 1) setTimeout(() => response.end('retry: 500\n\n'), 500)
        else setTimeout(() => response.write('data: here\n\n'), 500)
        response.flushHeaders()
      })
      await using(source, start('one-line', [source.url]), async (script) => {
        await script.says('here')
        assert.equal(source.requests, 2)
      })
    },
  },
  {
    name: 'fact 25: it survives a server that is killed and comes back ten seconds later',
    run: async (start) => {
      const source = await Source.start((response) => {
        response.write('data: here\n\n')
      })
      await using(source, start('one-line', [source.url]), async (script) => {
        await script.says('here')
        await source.stop()
        await delay(10_000)
        script.output = ''
        await source.start()
        await script.says('here')
      })
    },
  },
  ...['at once', 'connecting', 'open', 'message', 'error', 'waiting'].map((moment): Check => ({
    name: `fact 25: a process can exit after close(), ${moment}`,
    run: async (start) => {
      const source = await Source.start((response) => {
        if (moment === 'connecting') return
        response.write('retry: 60000\ndata: x\n\n')
        if (moment === 'error' || moment === 'waiting') response.end()
      })
      await using(source, start('close', [source.url, moment]), (script) => script.ends())
    },
  })),
  ...['break', 'throw', 'abort', 'close'].map((exit): Check => ({
    name: `fact 25: a process can exit after its loop is left, ${exit}`,
    run: async (start) => {
      const source = await Source.start((response) => {
        response.write('data: x\n\n')
      })
      await using(source, start('leave', [source.url, exit]), (script) => script.ends())
    },
  })),
  ...['dist', 'dist/browser'].map((build): Check => ({
    name: `fact 25: a process can exit after close() where a page is imitated without setImmediate, ${build}`,
    run: async (start) => {
      const source = await Source.start((response) => {
        response.write('data: here\n\n')
      })
      await using(source, start('imitated-page', [source.url, build]), async (script) => {
        await script.ends()
        assert.equal(script.output, 'here\n')
      })
    },
  })),
  {
    name: 'sources work on frozen prototypes, the first as all others, and a late listener waits for the next event',
    run: async (start) => {
      const source = await Source.start((response) => {
        response.write('data: 1\n\ndata: 2\n\n')
      })
      await using(source, start('hardened', [source.url]), async (script) => {
        await script.ends()
        assert.equal(script.output, '["2"]\n["2"]\n')
      })
    },
  },
  {
    name: 'one signal closes any number of connections, without a warning of a leak',
    run: async (start) => {
      const source = await Source.start((response) => response.flushHeaders())
      await using(source, start('one-signal', [source.url]), async (script) => {
        await script.ends()
        assert.equal(script.output, 'all are open\n')
      })
    },
  },
  {
    name: 'fact 26: silence costs no reconnection',
    run: async (start, runtime) => {
      const source = await Source.start((response) => {
        // First the headers let wait, then the body: long enough for Bun, which notices a limit of 1 s after 8 s.
        setTimeout(() => {
          response.write('data: 1\n\n')
          setTimeout(() => response.write('data: 2\n\n'), 10_000)
        }, 2_000)
      })
      const node = runtime.startsWith('node')
      const script = start(node ? 'impatient-node' : 'patient', [source.url, source.plainURL], {
        BUN_CONFIG_HTTP_IDLE_TIMEOUT: '1',
      })
      await using(source, script, async () => {
        await script.says('message: 2')
        // Deno has no such limit.
        const control = runtime === 'deno' ? '' : 'fetch gave up\n'
        assert.equal(script.output.replace(control, ''), 'open\nmessage: 1\nmessage: 2\n')
        assert.equal(script.output.includes('fetch gave up'), runtime !== 'deno', 'the limit is not at work')
        assert.equal(source.requests, 1)
      })
    },
  },
  {
    name: 'a server that sleeps is noticed, and its stream goes on where it was when it wakes',
    run: async (start) => {
      const server = new Script(RUNTIMES.node24 ?? [], 'counter', [])
      try {
        await server.says('.')
        const script = start('impatient', [`http://127.0.0.1:${/\d+/.exec(server.output)?.[0] ?? ''}/`])
        try {
          await script.says('number 3.')
          server.freeze()
          await script.says('sent nothing for 1000 ms')
          // The system of a server that sleeps takes connections all the same.
          await script.says('did not respond within 1000 ms')
          server.thaw()
          const before = numbers(script.output).length
          await script.says(`number ${before + 5}.`)
          const seen = numbers(script.output)
          assert.deepEqual(
            seen,
            seen.map((_, index) => index + 1),
          )
        } finally {
          script.kill()
        }
      } finally {
        server.kill()
      }
    },
  },
  {
    name: `a million messages through a loop that awaits: all there, in order, and at most ${MILLION_GROWTH} MiB of memory`,
    run: async (start) => {
      const filling = 'x'.repeat(300)
      const source = await Source.start((response) => {
        let next = 0
        const pour = (): void => {
          for (let more = true; more && next < 1_000_000 && !response.destroyed;) {
            let block = ''
            for (const end = next + 200; next < end; next++) block += `data: ${next} ${filling}\n\n`
            more = response.write(block)
          }
          if (next === 1_000_000) response.end()
        }
        response.on('drain', pour)
        pour()
      })
      await using(source, start('million', [source.url]), async (script) => {
        await script.says('}')
        const { taken, outOfOrder, grown } = JSON.parse(script.output) as Record<string, unknown>
        assert.deepEqual({ taken, outOfOrder }, { taken: 1_000_000, outOfOrder: 0 })
        assert.ok(Number(grown) < MILLION_GROWTH * MIB, `it took ${Math.round(Number(grown) / MIB)} MiB`)
        // The loop is over, and nothing keeps the process.
        await script.ends()
      })
    },
  },
  ...FLOODS.map(([what, text, limit, most]): Check => ({
    name: `${what} with ${limit === undefined ? 'the default limit' : 'a limit of 1 Mi'} takes at most ${most} MiB`,
    run: async (start) => {
      const block = Buffer.alloc(MIB, text)
      const source = await Source.start((response) => {
        const pour = (): void => {
          while (!response.destroyed && response.write(block));
        }
        response.on('drain', pour)
        response.write('data: ')
        pour()
      })
      const args = limit === undefined ? [source.url] : [source.url, String(limit)]
      await using(source, start('flood', args), async (script) => {
        await script.says('}')
        const { reason, readyState, grown } = JSON.parse(script.output) as Record<string, unknown>
        assert.deepEqual({ reason, readyState }, { reason: 'too-large', readyState: 2 })
        assert.ok(Number(grown) < most * MIB, `it took ${Math.round(Number(grown) / MIB)} MiB`)
        await script.ends()
      })
    },
  })),
]

const { values } = parseArgs({ options: { only: { type: 'string' }, filter: { type: 'string' } } })
const tally = new Tally()
const chosen = Object.entries(RUNTIMES).filter(([runtime]) => values.only === undefined || values.only === runtime)

const suites = chosen.map(([runtime, command]) => {
  const suite = tally.suite(`processes in ${runtime}`)
  const absent = missing(command)
  const start: Start = (name, args, env) => new Script(command, name, args, env)
  const checks = CHECKS.filter(({ name }) => name.includes(values.filter ?? ''))
  if (absent !== undefined) suite.missing(absent)
  return {
    suite,
    tasks:
      absent === undefined
        ? checks.map(
            ({ name, run }) =>
              () =>
                suite.run(name, () => run(start, runtime)),
          )
        : [],
  }
})
await atOnce(
  AT_ONCE,
  suites.flatMap(({ tasks }) => tasks),
)
for (const { suite } of suites) suite.end()
tally.end()

function numbers(output: string): number[] {
  return [...output.matchAll(/number (\d+)\./g)].map(([, number]) => Number(number))
}

/** Runs a check and leaves nothing behind. */
async function using(source: Source, script: Script, check: (script: Script) => Promise<void>): Promise<void> {
  try {
    await check(script)
  } finally {
    script.kill()
    await source.stop()
  }
}
