/** Who takes part, what the tables call it, and its version. */

import { readFileSync } from 'node:fs'
import { path } from '../../test/conformance/bundle.ts'

interface Contender {
  title: string
  /** The folder of its package. */
  folder: string
  /** It takes so many times as long in bursts that it gets only this part of the messages. */
  slowness?: number
}

const ROOT = 'node_modules'
const OWN = 'bench/node_modules'

/** By the names of their modules, in the order of the tables. */
export const CONTENDERS: Record<string, Contender> = {
  floor: { title: 'the floor', folder: `${OWN}/eventsource-parser` },
  everysource: { title: 'everysource, `EventSource`', folder: '.' },
  'everysource-loop': { title: 'everysource, `streamEvents`', folder: '.' },
  'everysource-drop-in': { title: 'everysource, `fetchEventSource`', folder: '.' },
  eventsource: { title: 'eventsource', folder: `${ROOT}/eventsource` },
  'eventsource-client': { title: 'eventsource-client, callback', folder: `${OWN}/eventsource-client` },
  'eventsource-client-loop': { title: 'eventsource-client, iterator', folder: `${OWN}/eventsource-client` },
  undici: { title: 'undici, `EventSource`', folder: `${ROOT}/undici` },
  launchdarkly: { title: 'launchdarkly-eventsource', folder: `${OWN}/launchdarkly-eventsource`, slowness: 20 },
  'fetch-event-source': {
    title: '@microsoft/fetch-event-source',
    folder: `${ROOT}/@microsoft/fetch-event-source`,
  },
}

/** Name and version of each package, such as `eventsource 5.1.5`. */
export function versions(): string[] {
  return [...new Set(Object.values(CONTENDERS).map(({ folder }) => versionIn(folder)))]
}

/** The same of the parser that ours ships, and of the one that the floor has. */
export function parsers(): [ours: string, floors: string] {
  return [versionIn(`${ROOT}/eventsource-parser`), versionIn(`${OWN}/eventsource-parser`)]
}

function versionIn(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(path(`${folder}/package.json`), 'utf8')) as {
    name: string
    version: string
  }
  return `${name} ${version}`
}
