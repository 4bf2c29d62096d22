/** The clients and tools, in the order of docs/works-with.md. A name is that of a module. */

import type { Client } from './client.ts'

/** In this folder, with packages in test/consumers. */
const clients = [
  'trpc',
  'pocketbase',
  'graphql-sse',
  'centrifuge',
  'growthbook',
  'reconnecting-eventsource',
  'stellar-sdk',
  'signalr',
  'mcp',
  'rxjs',
  'rxjs-from-event',
  'htmx',
  'turbo',
  'vueuse',
  'swr',
  'tanstack-query',
  'openai',
  'anthropic',
  'vercel-ai',
]

/** Tools that patch or wrap `fetch`. In test/instrumented, like their packages. */
const tools = [
  'controls',
  'controls-page',
  'sentry',
  'sentry-browser',
  'opentelemetry',
  'opentelemetry-browser',
  'dd-trace',
  'elastic',
  'undici',
  'fetch-cookie',
  'nock',
  'msw',
]

/** In test/instrumented, with packages in test/instrumented/next. */
const next = ['next']

const GROUPS = { clients, tools, next }

export type Group = keyof typeof GROUPS

/** The folder of a group's packages. */
export const PACKAGES: Record<Group, string> = {
  clients: 'test/consumers',
  tools: 'test/instrumented',
  next: 'test/instrumented/next',
}

export async function loadClient(name: string): Promise<Client> {
  const folder = clients.includes(name) ? '.' : '../../instrumented'
  return ((await import(`${folder}/${name}.ts`)) as { client: Client }).client
}

/** Without the others, whose packages may be missing. */
export async function loadGroup(group: Group): Promise<[name: string, client: Client][]> {
  return Promise.all(GROUPS[group].map(async (name) => [name, await loadClient(name)] as [string, Client]))
}
