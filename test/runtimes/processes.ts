/**
 * Facts about whole processes in each server runtime: when a process stays alive and when it can exit (25), idle connections
 * (26), and the memory for an endless line and a million messages. `node test/runtimes/processes.ts [--only node22]`
 */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { atOnce } from '../at-once.ts'
import { Tally } from '../tally.ts'
import { missing, RUNTIMES } from './list.ts'
import { Script } from './script.ts'
import { StreamServer } from './stream-server.ts'

interface Check {
  name: string
  run: (start: Start, runtime: string) => Promise<void>
}

/** Starts a script in the runtime under test. */
type Start = (name: string, args: string[], env?: Record<string, string>) => Script

/** How many checks run at once. They mostly wait, but starting a runtime takes CPU time. */
const AT_ONCE = 16

const MIB = 2 ** 20

/** The data that the server repeats, the buffer limit, and how many MiB the process may grow. */
const ENDLESS_STREAMS = [
  ['an endless line', 'x', MIB, 40],
  ['an endless line', 'x', undefined, 300],
  ['an endless event of short lines', 'data\n', MIB, 40],
  ['an endless event of short lines', 'data\n', undefined, 300],
] as const

/** How many MiB the process may grow while it receives 300 MiB. */
const MILLION_GROWTH = 100

const CHECKS: Check[] = [
  {
    name: 'fact 25: a one-line script stays alive while connecting, open and waiting, and receives its events',
    run: async (start) => {
      const server = await StreamServer.start((response, n) => {
        if (n === 1) setTimeout(() => response.end('retry: 500\n\n'), 500)
        else setTimeout(() => response.write('data: here\n\n'), 500)
        response.flushHeaders()
      })
      await using(server, start('one-line', [server.url]), async (script) => {
        await script.says('here')
        assert.equal(server.requests, 2)
      })
    },
  },
  {
    name: 'fact 25: a process stays alive while its server is down for ten seconds',
    run: async (start) => {
      const server = await StreamServer.start((response) => {
        response.write('data: here\n\n')
      })
      await using(server, start('one-line', [server.url]), async (script) => {
        await script.says('here')
        await server.stop()
        await delay(10_000)
        script.output = ''
        await server.start()
        await script.says('here')
      })
    },
  },
  ...['at once', 'connecting', 'open', 'message', 'error', 'waiting'].map((moment): Check => ({
    name: `fact 25: a process can exit after close(), ${moment}`,
    run: async (start) => {
      const server = await StreamServer.start((response) => {
        if (moment === 'connecting') return
        response.write('retry: 60000\ndata: x\n\n')
        if (moment === 'error' || moment === 'waiting') response.end()
      })
      await using(server, start('close', [server.url, moment]), (script) => script.exits())
    },
  })),
  ...['break', 'throw', 'abort', 'close'].map((exit): Check => ({
    name: `fact 25: a process can exit after leaving a loop, ${exit}`,
    run: async (start) => {
      const server = await StreamServer.start((response) => {
        response.write('data: x\n\n')
      })
      await using(server, start('leave-loop', [server.url, exit]), (script) => script.exits())
    },
  })),
  ...['dist', 'dist/browser'].map((build): Check => ({
    name: `fact 25: a process can exit after close() in a simulated page without setImmediate, ${build}`,
    run: async (start) => {
      const server = await StreamServer.start((response) => {
        response.write('data: here\n\n')
      })
      await using(server, start('fake-page', [server.url, build]), async (script) => {
        await script.exits()
        assert.equal(script.output, 'here\n')
      })
    },
  })),
  {
    name: 'sources work with frozen prototypes, and a listener added during a dispatch waits for the next event',
    run: async (start) => {
      const server = await StreamServer.start((response) => {
        response.write('data: 1\n\ndata: 2\n\n')
      })
      await using(server, start('frozen', [server.url]), async (script) => {
        await script.exits()
        assert.equal(script.output, '["2"]\n["2"]\n')
      })
    },
  },
  {
    name: 'one signal can close many connections without a leak warning',
    run: async (start) => {
      const server = await StreamServer.start((response) => response.flushHeaders())
      await using(server, start('shared-signal', [server.url]), async (script) => {
        await script.exits()
        assert.equal(script.output, 'all are open\n')
      })
    },
  },
  {
    name: 'fact 26: idle connections stay open',
    run: async (start, runtime) => {
      const server = await StreamServer.start((response) => {
        // Delays first the headers, then the body, long enough for Bun, which applies a limit of 1 s only after 8 s.
        setTimeout(() => {
          response.write('data: 1\n\n')
          setTimeout(() => response.write('data: 2\n\n'), 10_000)
        }, 2_000)
      })
      const node = runtime.startsWith('node')
      const script = start(node ? 'body-timeout-node' : 'default-timeouts', [server.url, server.plainURL], {
        BUN_CONFIG_HTTP_IDLE_TIMEOUT: '1',
      })
      await using(server, script, async () => {
        await script.says('message: 2')
        // Deno has no idle limit.
        const control = runtime === 'deno' ? '' : 'fetch gave up\n'
        assert.equal(script.output.replace(control, ''), 'open\nmessage: 1\nmessage: 2\n')
        assert.equal(script.output.includes('fetch gave up'), runtime !== 'deno', 'the limit is not in effect')
        assert.equal(server.requests, 1)
      })
    },
  },
  {
    name: 'a suspended server is detected by timeouts, and its stream resumes when the server continues',
    run: async (start) => {
      const server = new Script(RUNTIMES.node24 ?? [], 'counter', [])
      try {
        await server.says('.')
        const script = start('idle-timeout', [`http://127.0.0.1:${/\d+/.exec(server.output)?.[0] ?? ''}/`])
        try {
          await script.says('number 3.')
          server.suspend()
          await script.says('sent nothing for 1000 ms')
          // The operating system still accepts connections for a suspended server.
          await script.says('did not respond within 1000 ms')
          server.resume()
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
    name: 'a stopped process notices a dead connection when it continues, and resumes after the last ID',
    run: async (start) => {
      const ids: unknown[] = []
      const server = await StreamServer.start((response, n) => {
        ids.push(response.req.headers['last-event-id'])
        response.write(`id: ${n}\ndata: ${n}\n\n`)
      })
      await using(server, start('waking', [server.url, '6000', '0']), async (script) => {
        await script.says('number 1.')
        script.suspend()
        await delay(8_000)
        assert.equal(script.output, 'number 1.\n')
        script.resume()
        await script.says('number 2.')
        assert.match(script.output, /^number 1\.\ntimeout: .* sent nothing for 6000 ms\nnumber 2\.\n/)
        assert.deepEqual(ids.slice(0, 2), [undefined, '1'])
      })
    },
  },
  {
    name: 'a stopped process keeps a connection whose data arrived meanwhile',
    run: async (start) => {
      const server = await StreamServer.start((response) => {
        let n = 0
        const timer = setInterval(() => response.write(`id: ${++n}\ndata: ${n}\n\n`), 250)
        response.once('close', () => {
          clearInterval(timer)
        })
      })
      await using(server, start('waking', [server.url, '2000', '0']), async (script) => {
        for (const target of [2, 20, 40]) {
          await script.says(`number ${target}.`)
          script.suspend()
          await delay(3_500)
          script.resume()
        }
        await script.says('number 60.')
        const seen = numbers(script.output)
        assert.deepEqual(
          seen,
          seen.map((_, index) => index + 1),
        )
        assert.ok(!script.output.includes('timeout'), script.output)
        assert.equal(server.requests, 1)
      })
    },
  },
  {
    name: 'when the clock jumps ahead, as after a sleep, a silent connection is lost within seconds',
    run: async (start) => {
      const server = await StreamServer.start((response, n) => response.write(`data: ${n}\n\n`))
      await using(server, start('waking', [server.url, '600000', '3600000']), async (script) => {
        await script.says('sent nothing for 600000 ms')
        await script.says('number 2.')
      })
    },
  },
  ...(['-3600000', '8000'] as const).map((jump): Check => ({
    name: `when the clock is set by ${jump} ms, a connection is kept`,
    run: async (start) => {
      const server = await StreamServer.start((response, n) => {
        response.write(`data: ${n}\n\n`)
        setTimeout(() => response.write('data: 100\n\n'), 5_000)
      })
      await using(server, start('waking', [server.url, '9000', jump]), async (script) => {
        await script.says('number 100.')
        assert.equal(script.output, 'number 1.\nnumber 100.\n')
      })
    },
  })),
  {
    name: `a loop that awaits yields a million messages in order, with at most ${MILLION_GROWTH} MiB of memory`,
    run: async (start) => {
      const filling = 'x'.repeat(300)
      const server = await StreamServer.start((response) => {
        let next = 0
        const write = (): void => {
          for (let more = true; more && next < 1_000_000 && !response.destroyed;) {
            let block = ''
            for (const end = next + 200; next < end; next++) block += `data: ${next} ${filling}\n\n`
            more = response.write(block)
          }
          if (next === 1_000_000) response.end()
        }
        response.on('drain', write)
        write()
      })
      await using(server, start('million-messages', [server.url]), async (script) => {
        await script.says('}')
        const { taken, outOfOrder, grown } = JSON.parse(script.output) as Record<string, unknown>
        assert.deepEqual({ taken, outOfOrder }, { taken: 1_000_000, outOfOrder: 0 })
        assert.ok(Number(grown) < MILLION_GROWTH * MIB, `it grew by ${Math.round(Number(grown) / MIB)} MiB`)
        // After the loop, nothing keeps the process alive.
        await script.exits()
      })
    },
  },
  ...ENDLESS_STREAMS.map(([what, text, limit, most]): Check => ({
    name: `${what} with ${limit === undefined ? 'the default limit' : 'a limit of 1 Mi'} takes at most ${most} MiB`,
    run: async (start) => {
      const block = Buffer.alloc(MIB, text)
      const server = await StreamServer.start((response) => {
        const write = (): void => {
          while (!response.destroyed && response.write(block));
        }
        response.on('drain', write)
        response.write('data: ')
        write()
      })
      const args = limit === undefined ? [server.url] : [server.url, String(limit)]
      await using(server, start('endless-line', args), async (script) => {
        await script.says('}')
        const { reason, readyState, grown } = JSON.parse(script.output) as Record<string, unknown>
        assert.deepEqual({ reason, readyState }, { reason: 'too-large', readyState: 2 })
        assert.ok(Number(grown) < most * MIB, `it grew by ${Math.round(Number(grown) / MIB)} MiB`)
        await script.exits()
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

/** Runs a check and stops its process and server. */
async function using(server: StreamServer, script: Script, check: (script: Script) => Promise<void>): Promise<void> {
  try {
    await check(script)
  } finally {
    script.kill()
    await server.stop()
  }
}
