/** The clients and tools, in the order of docs/works-with.md. */

import type { Client } from './client.ts'

/** Modules beside this one. */
const CLIENTS = [
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

/** Modules in test/instrumented. */
const TOOLS = [
  'controls',
  'controls-page',
  'sentry',
  'sentry-browser',
  'opentelemetry',
  'opentelemetry-browser',
  'dd-trace',
  'elastic',
  'next',
  'undici',
  'fetch-cookie',
  'nock',
  'msw',
]

export function moduleOf(name: string): string {
  return TOOLS.includes(name) ? `../../instrumented/${name}.ts` : `./${name}.ts`
}

export async function loadClients(): Promise<[name: string, client: Client][]> {
  return Promise.all(
    [...CLIENTS, ...TOOLS].map(async (name) => {
      const { client } = (await import(moduleOf(name))) as { client: Client }
      return [name, client] as [string, Client]
    }),
  )
}
