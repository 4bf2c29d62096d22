/** Writes docs/works-with.md: `npm run docs:works-with`. */

import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { path } from '../../conformance/bundle.ts'
import { COMMON_NAMES } from '../../instrumented/trials.ts'
import { TOOLS } from '../workspace.ts'
import type { Client, Implementation, Trial } from './client.ts'
import { loadGroup } from './list.ts'

export const PAGE = 'docs/works-with.md'

const INTRODUCTION = `# Works with

These clients of others run unchanged on everysource. \`npm run test:clients\` starts a server for each client, gives it the class, and
tries these facts:`

const RESUMES = 'a dropped connection resumes'
const OF_CLIENTS = ['messages arrive', RESUMES, 'closing frees the server']

const WRAPPED = `## Instrumented and wrapped \`fetch\`

These tools patch \`fetch\`, wrap it, or change what it sends. \`npm run test:instrumented\` starts each as its documentation says, in
its own process, and tries these facts with an \`EventSource\` and with a loop:`

const IN_PLACE_OF: Record<Exclude<Implementation, 'everysource'>, string> = {
  eventsource: 'the package `eventsource`',
  native: "the runtime's own class",
}

export async function worksWith(): Promise<string> {
  const [clients = [], tools = [], next = []] = await Promise.all(
    (['clients', 'tools', 'next'] as const).map(async (group) => (await loadGroup(group)).map(([, client]) => client)),
  )
  const rows = clients.map((client) => `| ${cellsOf(client).join(' | ')} |`)
  const page = `${INTRODUCTION}

${listOf(OF_CLIENTS)}

| client | packages | hand it the class | tried besides | differences |
| ------ | -------- | ----------------- | ------------- | ----------- |
${rows.join('\n')}

${WRAPPED}

${listOf(COMMON_NAMES)}

| tool | packages | install it | tried besides | notes |
| ---- | -------- | ---------- | ------------- | ----- |
${[...tools, ...next]
  .filter(hasPackage)
  .map((tool) => `| ${cellsOfTool(tool).join(' | ')} |`)
  .join('\n')}
`
  return format(page, { ...(await resolveConfig(path(PAGE))), filepath: path(PAGE) })
}

function cellsOf(client: Client): string[] {
  const { name, packages, how, trials } = client
  return [
    name,
    versionsOf(packages, versionOf),
    `\`${how.replaceAll('|', '\\|')}\``,
    besides(trials, OF_CLIENTS).join('; '),
    differences(client),
  ]
}

function cellsOfTool({ name, packages, how, trials, note = '' }: Client): string[] {
  const names = trials.map((trial) => trial.name)
  const missing = COMMON_NAMES.filter((name) => !names.includes(name)).map((name) => `It is not true that ${name}.`)
  return [
    name,
    versionsOf(packages, pinnedVersionOf),
    `\`${how}\``,
    besides(trials, COMMON_NAMES).join('; '),
    [...missing, note].join(' '),
  ]
}

function listOf(names: readonly string[]): string {
  return names.map((name) => `- ${name}`).join('\n')
}

function besides(trials: Trial[], common: readonly string[]): string[] {
  return trials.map(({ name }) => name).filter((name) => !common.includes(name))
}

/** The controls have none. */
function hasPackage({ packages }: Client): boolean {
  return packages.length > 0
}

function differences({ others, note, trials }: Client): string {
  const resumes = trials.some(({ name }) => name === RESUMES)
  const found = Object.entries(others).map(([implementation, failing]) => {
    const which = IN_PLACE_OF[implementation as keyof typeof IN_PLACE_OF]
    return failing.length === 0 ? `With ${which}: the same.` : `With ${which}, not: ${failing.join('; ')}.`
  })
  const limit = resumes ? [] : ['After a drop, it cannot ask for the messages that it has missed.']
  return [...limit, ...(note === undefined ? [] : [note]), ...found].join(' ')
}

function versionsOf(packages: string[], find: (name: string) => string): string {
  return packages.map((name) => `\`${name}\` ${find(name)}`).join(', ')
}

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(`${TOOLS}/${name}/package.json`, 'utf8')) as { version: string }).version
}

/** Without the packages, which are large. */
function pinnedVersionOf(name: string): string {
  const manifests = ['test/instrumented/package.json', 'test/instrumented/next/package.json', 'package.json']
  return manifests.map((file) => devDependenciesOf(file)[name]).find((version) => version !== undefined) ?? ''
}

function devDependenciesOf(manifest: string): Partial<Record<string, string>> {
  return (JSON.parse(readFileSync(path(manifest), 'utf8')) as { devDependencies: Record<string, string> })
    .devDependencies
}

if (import.meta.main) writeFileSync(path(PAGE), await worksWith())
