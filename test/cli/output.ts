/** Other forms of output: raw bytes, headers, formatted JSON, and recordings that a server replays. */

import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'
import { EventSource } from '../../dist/index.js'
import { everysource, type Command } from './command.ts'
import type { Part } from './part.ts'
import { missingTerminal, Terminal } from './terminal.ts'
import type { StreamServer } from './test-server.ts'

const STREAM = { 'Content-Type': 'text/event-stream' }

/** Two connections: the first is interrupted after an incomplete character, the second stays open. */
const BYTES = [
  Buffer.from('retry: 50\n: hi\r\n\nid: 1\ndata: one\n\ndata: \u001b[2J é').subarray(0, -1),
  Buffer.from('data: two\n\n'),
]

export const output: Part = {
  name: 'output',
  checks: (server) => ({
    '--raw prints the bytes of all connections unchanged': async () => {
      const command = everysource([twoConnections(server, '/raw'), '--raw', '--max', '2'])
      await command.exits()
      assert.deepEqual(command.bytes, Buffer.concat(BYTES))
    },
    '--raw stops reading while the reader of a pipe does': async () => {
      let sent = 0
      let isWaiting = false
      const url = server.add('/flood', (response) => {
        response.writeHead(200, STREAM)
        const chunk = `: ${'x'.repeat(65_534)}\n`
        const write = (): void => {
          while (!response.destroyed && sent < 1e9 && response.write(chunk)) sent += chunk.length
          isWaiting = true
          response.once('drain', write)
        }
        write()
      })
      const command = everysource([url, '--raw'])
      command.child.stdout.pause()
      // Sockets and pipes hold some megabytes; the rest waits.
      while (!isWaiting) await new Promise((resolve) => setTimeout(resolve, 20))
      for (let before = -1; before !== sent; await new Promise((resolve) => setTimeout(resolve, 500))) before = sent
      assert.ok(sent < 1e8, `${sent} bytes`)
      command.child.kill('SIGKILL')
    },
    '--raw escapes control characters on a terminal': async () => {
      if (missingTerminal() !== undefined) return
      const tty = new Terminal([twoConnections(server, '/raw-tty'), '--raw', '--max', '2'])
      await tty.exits()
      assert.ok(tty.raw.includes(String.raw`data: \x1b[2J`), tty.raw)
    },
    '-i prints the status and the headers before the messages': async () => {
      const url = server.add('/headers', (response) => {
        response.writeHead(200, 'Fine', { ...STREAM, 'X-Request-Id': 'abc' }).end('data: one\n\n')
      })
      const { output } = await everysource([url, '-i', '--no-reconnect']).exits()
      assert.match(output, /^HTTP 200 Fine\n(?:[a-z-]+: .*\n)*x-request-id: abc\n(?:[a-z-]+: .*\n)*\nmessage: one\n$/)
      const refused = await everysource([`${server.origin}/nowhere`, '-i']).exits()
      assert.match(refused.output, /^HTTP 404 Not Found\n/)
    },
    '-i keeps JSON lines clean: the headers go to standard error': async () => {
      const { output, errors } = await everysource([`${server.origin}/three`, '-i', '--json', '--max', '1']).exits()
      assert.equal(output, '{"type":"message","data":"one","id":"1","lastEventId":"1"}\n')
      assert.match(errors, /^HTTP 200 OK\n(?:.+\n)*content-type: text\/event-stream\n(?:.+\n)*\n$/)
    },
    '-v logs redirects, without their queries': async () => {
      server.add('/hop', (response) => {
        response.writeHead(307, { Location: '/three' }).end()
      })
      const url = server.add('/old', (response) => {
        response.writeHead(302, { Location: '/hop?token=secret' }).end()
      })
      const { errors } = await everysource([url, '-v', '--max', '1']).exits()
      const logged = Array.from(errors.matchAll(/redirect: (.*)/g), ([, text]) => text)
      assert.deepEqual(logged, [`302 to ${server.origin}/hop?…`, `307 to ${server.origin}/three`])
    },
    '--filter prints only messages of the type, or whose data contains the text': async () => {
      const typed = await everysource([`${server.origin}/types`, '--filter', 'tick', '--max', '1']).exits()
      assert.equal(typed.output, 'tick: b\n')
      const { output } = await everysource([
        `${server.origin}/three`,
        '--filter',
        't',
        '--max',
        '2',
        '--data-only',
      ]).exits()
      assert.equal(output, 'two\nthree\n')
    },
    '--pretty formats JSON, in color on a terminal': async () => {
      const url = server.add('/json-data', (response) => {
        const long = JSON.stringify({ text: 'x'.repeat(60), list: [1, 2], more: 'y'.repeat(30) })
        response.writeHead(200, STREAM).write(`data: {"n":1}\n\ndata: ${long}\n\ndata: plain\n\n`)
      })
      const { output } = await everysource([url, '--pretty', '--max', '3']).exits()
      const lines = [
        '{',
        `    "text": "${'x'.repeat(60)}",`,
        '    "list": [1, 2],',
        `    "more": "${'y'.repeat(30)}"`,
        '  }',
      ]
      assert.equal(output, `message: { "n": 1 }\nmessage: ${lines.join('\n')}\nmessage: plain\n`)
      if (missingTerminal() !== undefined) return
      const tty = new Terminal([url, '--pretty', '--data-only', '--max', '1'])
      await tty.exits()
      assert.ok(tty.raw.includes('{ \u001b[34m"n"\u001b[39m: \u001b[33m1\u001b[39m }'), JSON.stringify(tty.raw))
    },
    '--record writes a file that --replay serves, byte for byte and with its pauses': async () => {
      const file = recordingOf('two')
      const url = twoConnections(server, '/recorded')
      await everysource([
        `${url.replace('//', '//hidden:pa@hidden@')}?page=hidden#hidden`,
        '--record',
        file,
        '--max',
        '2',
        '-H',
        'X-Jwt: Bearer hidden',
      ]).exits()
      const recorded = readFileSync(file, 'utf8')
      assert.doesNotMatch(recorded, /hidden|Bearer/)
      assert.ok(recorded.startsWith(`{"everysource":"recording","version":1,"url":"${url}","began":"`), recorded)
      await replaying(file, async (url) => {
        const command = everysource([url, '--raw', '--max', '2'])
        await command.exits()
        assert.deepEqual(command.bytes, Buffer.concat(BYTES))
        // The first request of another client gets the first connection again.
        assert.equal((await everysource([url, '--data-only', '--max', '2']).exits()).output, 'one\ntwo\n')
      })
      // The pauses are those of the file.
      const entries = recorded.trimEnd().split('\n').slice(1, 4)
      const late = entries.map((line, i) => ({ ...(JSON.parse(line) as object), at: i === 2 ? 1_000 : 0 }))
      const opening = recorded.slice(0, recorded.indexOf('\n') + 1)
      writeFileSync(file, opening + late.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      await replaying(file, async (url) => {
        const response = await fetch(url)
        const headAt = performance.now()
        await response.body?.getReader().read()
        const paused = performance.now() - headAt
        assert.ok(paused > 500, `${paused} ms`)
      })
      rmSync(file)
    },
    'a replayed stream drops as it did, and tells clients that resume after it to stop': async () => {
      const file = recordingOf('drops')
      const url = server.add('/once', (response, _, nth) => {
        response.writeHead(nth === 1 ? 503 : 200, STREAM)
        if (nth === 1) response.end('busy')
        else response.end('retry: 20\nid: 1\ndata: one\n\n')
      })
      await everysource([url, '--record', file, '--retry-status', '503', '--max', '1']).exits()
      await everysource([url, '--record', file, '--no-reconnect']).exits()
      await replaying(file, async (url) => {
        const source = new EventSource(url)
        const data: string[] = []
        source.onmessage = (event) => data.push(event.data)
        await new Promise<void>((resolve) => {
          source.onerror = () => {
            if (source.readyState === EventSource.CLOSED) resolve()
          }
        })
        assert.deepEqual(data, ['one'])
      })
      rmSync(file)
    },
    'pages on this machine may read a replayed stream, and no others': async () => {
      const file = recordingOf('cors')
      await everysource([`${server.origin}/three`, '--record', file, '--max', '3']).exits()
      await replaying(file, async (url) => {
        const allowed = async (origin: string): Promise<string | null> => {
          const response = await fetch(url, { headers: { Origin: origin } })
          await response.body?.cancel()
          return response.headers.get('access-control-allow-origin')
        }
        for (const origin of ['http://localhost:3000', 'http://127.0.0.1', 'http://app.localhost:1']) {
          assert.equal(await allowed(origin), origin)
        }
        for (const origin of [
          'https://example.org',
          'http://localhost.example.org',
          'null',
          'http://127.0.0.1.example.org',
        ]) {
          assert.equal(await allowed(origin), null)
        }
      })
      rmSync(file)
    },
    'a replay answers preflights and requests for other paths without using up a response': async () => {
      const file = recordingOf('preflight')
      await everysource([twoConnections(server, '/preflight'), '--record', file, '--max', '2']).exits()
      await replaying(file, async (url) => {
        const preflight = async (origin: string): Promise<(string | number | null)[]> => {
          const asked = { 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'last-event-id' }
          const { status, headers } = await fetch(url, { method: 'OPTIONS', headers: { Origin: origin, ...asked } })
          return [
            status,
            ...['origin', 'methods', 'headers'].map((name) => headers.get(`access-control-allow-${name}`)),
          ]
        }
        const page = 'http://localhost:3000'
        assert.deepEqual(await preflight(page), [204, page, 'GET', 'last-event-id'])
        assert.deepEqual(await preflight('https://example.org'), [204, null, null, null])
        for (const other of ['favicon.ico', 'stream']) {
          const response = await fetch(`${url}${other}`, { headers: { Origin: page } })
          assert.equal(response.status, 404)
          assert.equal(await response.text(), 'The stream is at /\n')
          assert.equal(response.headers.get('access-control-allow-origin'), page)
        }
        const { output } = await everysource([`${url}?page=1`, '--data-only', '--max', '2']).exits()
        assert.equal(output, 'one\ntwo\n')
      })
      rmSync(file)
    },
    'a recording whose last line is cut off is replayed up to there': async () => {
      const file = recordingOf('cut')
      await everysource([`${server.origin}/three`, '--record', file, '--max', '3']).exits()
      const recorded = readFileSync(file, 'utf8')
      const cut = `\ufeff${recorded}{"at":900,"text":"data: fo`
      for (const text of [cut, cut.replaceAll('\n', '\r\n'), recorded.trimEnd()]) {
        writeFileSync(file, text)
        await replaying(file, async (url) => {
          const { output } = await everysource([url, '--data-only', '--max', '3']).exits()
          assert.equal(output, 'one\ntwo\nthree\n')
        })
      }
      rmSync(file)
    },
    '--record and --replay say why a file cannot be used': async () => {
      const file = recordingOf('newer')
      const empty = recordingOf('empty')
      const broken = recordingOf('broken')
      writeFileSync(broken, '{"everysource":"recording","version":1}\n5\n')
      writeFileSync(file, '{"everysource":"recording","version":99}\n')
      writeFileSync(empty, '{"everysource":"recording","version":1}\n')
      for (const [args, expected] of [
        [
          ['--record', '/nowhere/a.jsonl', `${server.origin}/three`],
          `--record: can't open "/nowhere/a.jsonl": no such file or folder`,
        ],
        [['--replay', '/'], `--replay: can't open "/": it is a folder`],
        [['--replay', path('README.md')], 'is not a recording. Make one with --record'],
        [['--replay', broken], `--replay: line 2 of "${broken}" is not valid. Remove it, or record the stream again`],
        [['--replay', file], 'is from a newer version of everysource'],
        [['--replay', empty, '--port', new URL(server.origin).port], '--replay: listen EADDRINUSE'],
      ] as [string[], string][]) {
        const { code, errors } = await everysource(args).exits()
        assert.equal(code, 2)
        assert.ok(errors.includes(expected), errors)
      }
      rmSync(file)
      rmSync(empty)
      rmSync(broken)
    },
  }),
}

function twoConnections({ add }: StreamServer, route: string): string {
  return add(route, (response, { headers }) => {
    const isFirst = headers['last-event-id'] === undefined
    response.writeHead(200, STREAM).write(isFirst ? BYTES[0] : BYTES[1], () => {
      // After the client has read it.
      if (isFirst) setTimeout(() => response.destroy(), 100)
    })
  })
}

function recordingOf(name: string): string {
  return path(`.cache/recording-${name}-${process.pid}.jsonl`)
}

async function replaying(file: string, use: (url: string) => Promise<void>): Promise<void> {
  const command: Command = everysource(['--replay', file])
  await command.prints('\n')
  try {
    await use(command.output.trim())
    command.child.kill('SIGINT')
    assert.equal((await command.exits()).code, 0)
  } finally {
    command.child.kill('SIGKILL')
  }
}
