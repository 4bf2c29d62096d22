/**
 * In each of several tabs: follows a stream when the first tab says so. The first tab takes commands from the server, passes them on,
 * and reports when all tabs are connected and when all have received the stream.
 */

import { EventSource as OurEventSource } from '../dist/index.js'
import { SharedEventSource } from '../dist/shared.js'
import { Checksum, END } from './fixture.ts'
import type { Command, Received, TabsContender } from './measures/tabs.ts'

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
type Note = { tab: number } & ({ what: 'loaded' | 'connected' } | { what: 'received'; received: Received })

const query = new URLSearchParams(location.search)
const [tab, tabs] = ['tab', 'tabs'].map((name) => Number(query.get(name))) as [number, number]
const reports = `/reports/${query.get('report') ?? ''}`
const channel = new BroadcastChannel('bench')
let source: Source | undefined

channel.onmessage = ({ data }: { data: { command: Command } | { note: Note } | 'hello' }) => {
  if (data === 'hello') note({ what: 'loaded', tab })
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
  if (command.contender !== undefined) follow(command.contender, command.urls[tab] ?? '', command.isTimed)
}

function follow(contender: TabsContender, url: string, isTimed: boolean): void {
  const checksum = new Checksum()
  const delays: number[] = []
  const opened = new SOURCES[contender](url)
  opened.addEventListener('open', () => {
    note({ what: 'connected', tab })
  })
  opened.addEventListener('message', ({ data }) => {
    if (data === END) {
      const received = { checksum: String(checksum), delays, leads: opened.leads === true }
      note({ what: 'received', tab, received })
    } else if (isTimed) delays.push(performance.timeOrigin + performance.now() - Number(data) / 1e6)
    else checksum.add(data)
  })
  source = opened
}

/** The notes of all tabs, in the first one. */
class Notes {
  #byTab = new Map<string, Note>()
  #onNote = (): void => undefined

  add(note: Note): void {
    this.#byTab.set(`${note.what} ${note.tab}`, note)
    this.#onNote()
  }

  /** Resolves when every tab has sent this note. */
  async all(what: Note['what']): Promise<Note[]> {
    for (;;) {
      const notes = [...this.#byTab.values()].filter((note) => note.what === what)
      if (notes.length === tabs) return notes.sort((one, other) => one.tab - other.tab)
      await new Promise<void>((resolve) => {
        this.#onNote = resolve
      })
    }
  }

  clear(): void {
    this.#byTab.clear()
  }
}

const notes = new Notes()

async function direct(): Promise<void> {
  channel.postMessage('hello')
  await notes.all('loaded')
  await report('loaded')
  for (;;) {
    const command = (await (await fetch(`${reports}/commands`)).json()) as Command
    notes.clear()
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

note({ what: 'loaded', tab })
if (tab === 0) void direct()
