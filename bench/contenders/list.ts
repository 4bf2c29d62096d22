/** The contenders with their titles and versions. */

import { readFileSync } from 'node:fs'
import { path } from '../../test/conformance/bundle.ts'

interface Contender {
  title: string
  /** Folder of its package. */
  folder: string
  /** Divides the number of messages in bursts, for a slow contender. */
  slowness?: number
}

const ROOT = 'node_modules'
const OWN = 'bench/node_modules'

/** By module name, in the order of the tables. */
export const CONTENDERS: Record<string, Contender> = {
  baseline: { title: 'baseline', folder: `${OWN}/eventsource-parser` },
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

/** Name and version of each package, for example `eventsource 5.1.5`. */
export function versions(): string[] {
  return [...new Set(Object.values(CONTENDERS).map(({ folder }) => versionIn(folder)))]
}

/** Name and version of the parser in our bundle and in the baseline. */
export function parsers(): [ours: string, baseline: string] {
  return [versionIn(`${ROOT}/eventsource-parser`), versionIn(`${OWN}/eventsource-parser`)]
}

function versionIn(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(path(`${folder}/package.json`), 'utf8')) as {
    name: string
    version: string
  }
  return `${name} ${version}`
}
