/** Writes docs/works-with.md: `npm run docs:works-with`. */

import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { path } from '../../conformance/bundle.ts'
import { TOOLS } from '../workspace.ts'
import type { Client, Implementation } from './client.ts'
import { loadClients } from './list.ts'

export const PAGE = 'docs/works-with.md'

const INTRODUCTION = `# Works with

These clients of others run unchanged on everysource. Every cell is a test: \`npm run test:clients\` starts a server for each
client, gives it the class, and tries the facts below.`

const IN_PLACE_OF: Record<Exclude<Implementation, 'everysource'>, string> = {
  eventsource: 'the package `eventsource`',
  native: "the runtime's own class",
}

export async function worksWith(): Promise<string> {
  const clients = (await loadClients()).map(([, client]) => client)
  const rows = clients.map((client) => `| ${cellsOf(client).join(' | ')} |`)
  const page = `${INTRODUCTION}

| client | version | hand it the class | tried | differences |
| ------ | ------- | ----------------- | ----- | ----------- |
${rows.join('\n')}
`
  return format(page, { ...(await resolveConfig(path(PAGE))), filepath: path(PAGE) })
}

function cellsOf(client: Client): string[] {
  const { name, packages, how, trials } = client
  const [version = ''] = packages.map(versionOf)
  return [
    name,
    version,
    `\`${how.replaceAll('|', '\\|')}\``,
    trials.map((trial) => trial.name).join('; '),
    differences(client),
  ]
}

function differences({ others, note }: Client): string {
  const found = Object.entries(others).map(([implementation, failing]) => {
    const which = IN_PLACE_OF[implementation as keyof typeof IN_PLACE_OF]
    return failing.length === 0 ? `With ${which}: the same.` : `With ${which}, not: ${failing.join('; ')}.`
  })
  return [...(note === undefined ? [] : [note]), ...found].join(' ')
}

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(`${TOOLS}/${name}/package.json`, 'utf8')) as { version: string }).version
}

if (import.meta.main) writeFileSync(path(PAGE), await worksWith())
