/** `everysource inspect <url>`: shows a stream in a page. */

import { spawn } from 'node:child_process'
import { startInspector } from '../inspector/server/server.ts'
import type { RequestFields } from '../inspector/settings.ts'
import { parseOptions, readMethod, readOnlyURL, readPort } from './arguments.ts'
import { readData } from './data.ts'
import { readURL } from './url.ts'
import { UsageError } from './usage.ts'

const USAGE = `Usage: everysource inspect [options] [url]

Shows an event stream in a page: its state, messages, connections and problems.
The page connects when you open it.
A server on 127.0.0.1 serves the page and forwards its requests, so the page can
read streams from any server. Press Ctrl-C to stop.

  -X, --method <method>    default GET, or POST with --data
  -H, --header <header>    such as 'Authorization: Bearer abc'; repeatable
  -d, --data <text>        request body; @file reads a file, @- stdin
      --port <port>        port of the page; default: any free port
      --open               open the page in the browser
  -h, --help               show this help

Exit codes: 0 stopped by Ctrl-C, 1 failed, 2 invalid usage.
`

const OPTIONS = {
  method: { type: 'string', short: 'X' },
  header: { type: 'string', short: 'H', multiple: true },
  data: { type: 'string', short: 'd' },
  port: { type: 'string' },
  open: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

interface Arguments {
  request: RequestFields
  port: number
  open: boolean
}

/** Runs the subcommand with the arguments after its name; resolves with the exit code. */
export async function inspect(args: string[]): Promise<number> {
  try {
    const given = await readArguments(args)
    if (given === 'help') process.stdout.write(USAGE)
    else await serve(given)
    return 0
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const isUsage = error instanceof UsageError
    const hint = isUsage ? 'For help, run: npx everysource inspect --help\n' : ''
    process.stderr.write(`everysource inspect: ${message}\n${hint}`)
    return isUsage ? 2 : 1
  }
}

async function serve({ request, port, open }: Arguments): Promise<void> {
  const inspector = await startInspector(request, port)
  process.stdout.write(`${inspector.url}\n`)
  // Terminals only: a program that reads the output expects just the URL.
  if (process.stdout.isTTY) {
    process.stdout.write('Open this URL in a browser. Keep it private. Press Ctrl-C to stop.\n')
  }
  if (open) openInBrowser(inspector.url)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
  await inspector.close()
}

async function readArguments(args: string[]): Promise<Arguments | 'help'> {
  const { values, positionals } = parseOptions(args, OPTIONS)
  if (values.help) return 'help'
  const url = readOnlyURL(positionals)
  const headers = (values.header ?? []).map(readHeader)
  const data = values.data === undefined ? undefined : await readData(values.data, process.stdin)
  if (data && !headers.some((header) => /^content-type:/i.test(header))) headers.push(`Content-Type: ${data.type}`)
  return {
    request: {
      url: url === undefined ? '' : readURL(url),
      method: readMethod(values.method ?? (data ? 'POST' : 'GET')),
      headers: headers.join('\n'),
      body: data ? Buffer.from(data.bytes).toString() : '',
    },
    port: readPort(values.port),
    open: values.open ?? false,
  }
}

function readHeader(given: string): string {
  const [, name = '', value = ''] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([^\r\n]*)$/.exec(given) ?? []
  if (name === '') throw new UsageError(`Invalid --header "${given}". Example: -H 'Authorization: Bearer abc'`)
  return `${name}: ${value}`
}

function openInBrowser(url: string): void {
  const [command = '', ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['explorer.exe'] : ['xdg-open']
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
  child.once('error', () => {
    process.stderr.write(`everysource inspect: Can't open a browser. Open ${url} yourself\n`)
  })
  child.unref()
}
