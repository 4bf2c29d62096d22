/**
 * In each of several tabs: follows a stream when the first tab says so. The first tab takes commands from the server, passes them on,
 * and reports when all tabs are connected and when all have received the stream.
 */

import { EventSource as OurEventSource } from '../dist/index.js'
import { SharedEventSource } from '../dist/shared.js'
import { Checksum, END } from './fixture.ts'
import type { Command, Follow, Received, TabsContender } from './measures/tabs.ts'

type Source = Pick<EventSource, 'close'> & {
  addEventListener(type: string, listener: (event: { data: string }) => void): void
  leads?: boolean
}

const SOURCES: Record<TabsContender, new (url: string) => Source> = {
  native: EventSource as unknown as new (url: string) => Source,
  everysource: OurEventSource,
  'everysource-shared': SharedEventSource,
}

/** A report of a tab to the first one. */
type Note = { tab: number; stream: number } & (
  { what: 'loaded' | 'connected' } | { what: 'received'; received: Received }
)

const query = new URLSearchParams(location.search)
const [tab, tabs] = ['tab', 'tabs'].map((name) => Number(query.get(name))) as [number, number]
const reports = `/reports/${query.get('report') ?? ''}`
const channel = new BroadcastChannel('bench')
let source: Source | undefined
/** The number of the current stream. */
let stream = 0

channel.onmessage = ({ data }: { data: { command: Command } | { note: Note } | 'hello' }) => {
  if (data === 'hello') note({ what: 'loaded', tab, stream })
  else if ('command' in data) obey(data.command)
  else if (tab === 0) notes.add(data.note)
}

function note(note: Note): void {
  if (tab === 0) notes.add(note)
  else channel.postMessage({ note })
}

function obey(command: Command): void {
  source?.close()
  source = undefined
  if (command.contender !== undefined) follow(command, ++stream)
}

function follow({ contender, urls, isTimed }: Follow, stream: number): void {
  const checksum = new Checksum()
  const delays: number[] = []
  const opened = new SOURCES[contender](urls[tab] ?? '')
  opened.addEventListener('open', () => {
    note({ what: 'connected', tab, stream })
  })
  opened.addEventListener('message', ({ data }) => {
    if (data === END) {
      const received = { checksum: String(checksum), delays, leads: opened.leads === true }
      note({ what: 'received', tab, stream, received })
    } else if (isTimed) delays.push(performance.timeOrigin + performance.now() - Number(data) / 1e6)
    else checksum.add(data)
  })
  source = opened
}

/** The notes of all tabs, in the first one. */
class Notes {
  readonly #notes = new Map<string, Note>()
  #onNote = (): void => undefined

  add(note: Note): void {
    this.#notes.set(`${note.what} ${note.stream} ${note.tab}`, note)
    this.#onNote()
  }

  /** Resolves when every tab has sent this note about the current stream. */
  async all(what: Note['what']): Promise<Note[]> {
    for (;;) {
      const notes = [...this.#notes.values()].filter((note) => note.what === what && note.stream === stream)
      if (notes.length === tabs) return notes.sort((one, other) => one.tab - other.tab)
      await new Promise<void>((resolve) => {
        this.#onNote = resolve
      })
    }
  }
}

const notes = new Notes()

async function direct(): Promise<void> {
  channel.postMessage('hello')
  await notes.all('loaded')
  await report('loaded')
  for (;;) {
    const command = (await (await fetch(`${reports}/commands`)).json()) as Command
    channel.postMessage({ command })
    obey(command)
    if (command.contender === undefined) continue
    await notes.all('connected')
    await report('connected')
    const received = await notes.all('received')
    await report(received.map((note) => 'received' in note && note.received))
  }
}

async function report(content: unknown): Promise<void> {
  await fetch(reports, { method: 'POST', body: JSON.stringify(content) })
}

note({ what: 'loaded', tab, stream })
if (tab === 0) void direct()
