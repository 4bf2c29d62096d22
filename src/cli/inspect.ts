/** `everysource inspect <url>`: the page for a stream of one's own. */

import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { startInspector } from '../inspector/server/server.ts'
import type { RequestFields } from '../inspector/settings.ts'
import { readData } from './data.ts'
import { readURL } from './url.ts'
import { UsageError } from './usage.ts'

const USAGE = `Usage: everysource inspect [options] [url]

Opens a page that shows an event stream: its state, its messages, what became of
its connections, and what is wrong with it. A server on 127.0.0.1 serves the page
and forwards its requests, so that it can read any server. Ctrl-C ends it.

  -X, --method <method>    default GET, or POST with --data
  -H, --header <header>    such as "Authorization: Bearer abc"; may be repeated
  -d, --data <text>        the body; @file reads a file, @- standard input
      --port <port>        of the page; default: any that is free
      --open               opens the page in the browser
  -h, --help               shows this

Exit codes: 0 ended by Ctrl-C, 1 failed, 2 wrong usage
`

interface Arguments {
  request: RequestFields
  port: number
  open: boolean
}

/** Runs the subcommand with what follows its name; resolves with the exit code. */
export async function inspect(args: string[]): Promise<number> {
  try {
    const given = await readArguments(args)
    if (given === 'help') process.stdout.write(USAGE)
    else await serve(given)
    return 0
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const isUsage = error instanceof UsageError
    process.stderr.write(isUsage ? `${message}\n\n${USAGE}` : `everysource inspect: ${message}\n`)
    return isUsage ? 2 : 1
  }
}

async function serve({ request, port, open }: Arguments): Promise<void> {
  const inspector = await startInspector(request, port)
  process.stdout.write(`${inspector.url}\n`)
  // On a terminal alone: a program that reads the address wants nothing else.
  if (process.stdout.isTTY) {
    process.stdout.write('Open it in a browser. It is for you alone: do not pass it on. Ctrl-C ends it.\n')
  }
  if (open) openInBrowser(inspector.url)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
  await inspector.close()
}

async function readArguments(args: string[]): Promise<Arguments | 'help'> {
  const { values, positionals } = parse(args)
  if (values.help) return 'help'
  const [url, ...more] = positionals
  if (more.length > 0) throw new UsageError(`One URL at a time: ${more.join(' ')} is too much`)
  const headers = (values.header ?? []).map(readHeader)
  const data = values.data === undefined ? undefined : await readData(values.data, process.stdin)
  if (data && !headers.some((header) => /^content-type:/i.test(header))) headers.push(`Content-Type: ${data.type}`)
  return {
    request: {
      url: url === undefined ? '' : readURL(url),
      method: values.method?.toUpperCase() ?? (data ? 'POST' : 'GET'),
      headers: headers.join('\n'),
      body: data ? Buffer.from(data.bytes).toString() : '',
    },
    port: readPort(values.port),
    open: values.open ?? false,
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        method: { type: 'string', short: 'X' },
        header: { type: 'string', short: 'H', multiple: true },
        data: { type: 'string', short: 'd' },
        port: { type: 'string' },
        open: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function readHeader(given: string): string {
  const [, name = '', value = ''] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([^\r\n]*)$/.exec(given) ?? []
  if (name === '') throw new UsageError(`A header is a name, a colon and a value, and "${given}" is not`)
  return `${name}: ${value}`
}

function readPort(given = '0'): number {
  const port = Number(given)
  if (!/^\d{1,5}$/.test(given) || port > 65_535) throw new UsageError(`"${given}" is no port`)
  return port
}

function openInBrowser(url: string): void {
  const [command = '', ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['explorer.exe'] : ['xdg-open']
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
  child.once('error', () => {
    process.stderr.write(`everysource inspect: no browser could be opened; open ${url} yourself\n`)
  })
  child.unref()
}
