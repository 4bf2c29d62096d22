/** The clients, in the order of docs/works-with.md. A name is that of a module beside this one. */

import type { Client } from './client.ts'

const NAMES = [
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
  'tanstack-query',
  'openai',
  'anthropic',
  'vercel-ai',
  'swr',
]

export async function loadClients(): Promise<[name: string, client: Client][]> {
  return Promise.all(
    NAMES.map(async (name) => {
      const { client } = (await import(`./${name}.ts`)) as { client: Client }
      return [name, client] as [string, Client]
    }),
  )
}
