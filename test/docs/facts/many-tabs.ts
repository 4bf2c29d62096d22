/** Facts about docs/guides/many-tabs.md, in Chromium. */

import type { ServerResponse } from 'node:http'
import { readFileSync } from 'node:fs'
import type { SharedEventSource } from 'everysource/shared'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { path } from '../../conformance/bundle.ts'
import { missingBrowser, withPage } from '../../consumers/browser.ts'
import { until } from '../program.ts'
import { stream } from '../servers.ts'
import type { Stage } from '../stage.ts'
import { bundled, HTML } from './browser.ts'
import { type App, bundledApp, reactApp, ROOT } from './components.ts'
import type { Facts } from './fact.ts'

/** The global of the script build. */
declare const everysource: { SharedEventSource: typeof SharedEventSource }
/** Defined in the page of the component. */
declare const app: App

const without = missingBrowser()

interface Tab {
  page: Page
  /** Printed to the console. */
  lines: string[]
}

interface Site {
  page?: string
  script: string
  /** Answers other requests than those for a stream, at paths that end with `events`. */
  answer?: (response: ServerResponse) => void
  /** Starts a stream. */
  respond?: (response: ServerResponse) => void
  /** Runs in each page before its scripts. */
  prepare?: () => void
}

interface Scene {
  /** The headers of the requests for streams. */
  requests: () => Record<string, unknown>[]
  open: ReadonlySet<ServerResponse>
  send: (text: string) => void
  /** Resolves when the page has loaded. */
  openTab: () => Promise<Tab>
}

/** Serves a page, and opens it in several tabs of one browser. */
async function inTabs(
  stage: Stage,
  {
    script,
    page = `${HTML}<p id="price"></p><script src="/script.js"></script>`,
    answer,
    respond = stream,
    prepare,
  }: Site,
  use: (scene: Scene) => Promise<void>,
): Promise<void> {
  const open = new Set<ServerResponse>()
  const server = await stage.serve((response, { url }) => {
    if (url === '/blank') response.setHeader('Content-Type', 'text/html').end(HTML)
    else if (url === '/') response.setHeader('Content-Type', 'text/html').end(page)
    else if (url.endsWith('.js')) response.setHeader('Content-Type', 'text/javascript; charset=utf-8').end(script)
    else if (url.endsWith('events')) {
      open.add(response)
      response.once('close', () => open.delete(response))
      respond(response)
    } else if (answer) answer(response)
    else response.writeHead(204).end()
  })
  await withPage(`${server.origin}/blank`, async (blank) => {
    const errors: string[] = []
    const openTab = async (): Promise<Tab> => {
      const page = await blank.context().newPage()
      const lines: string[] = []
      page.on('console', (message) => lines.push(message.text()))
      page.on('pageerror', (error) => errors.push(String(error)))
      if (prepare) await page.addInitScript(prepare)
      await page.goto(server.origin)
      return { page, lines }
    }
    await use({
      requests: () => server.requests.filter(({ url }) => url.endsWith('events')).map(({ headers }) => headers),
      open,
      send: (text) => {
        for (const response of open) response.write(text)
      },
      openTab,
    })
    expect(errors).toEqual([])
  })
}

/** Opens tabs one after the other. The first one has the connection. */
async function openTabs({ openTab, open }: Scene, count: number): Promise<Tab[]> {
  const tabs = [await openTab()]
  await until(() => {
    expect(open.size).toBe(1)
  })
  while (tabs.length < count) tabs.push(await openTab())
  return tabs
}

/** Sends numbered messages until all tabs have joined. Returns the number of the last one. */
async function sendUntilJoined({ send }: Scene, tabs: Tab[]): Promise<number> {
  let number = 0
  await until(() => {
    number++
    send(`id: ${number}\ndata: ${number}\n\n`)
    for (const { lines } of tabs) expect(lines).not.toEqual([])
  })
  await haveAll(tabs, number)
  return number
}

/** Resolves when the tabs have all messages up to this number, each once. */
async function haveAll(tabs: Tab[], last: number): Promise<void> {
  await until(() => {
    for (const { lines } of tabs) expect(lines.at(-1)).toBe(String(last))
  })
  for (const { lines } of tabs) expect(lines).toEqual(lines.map((_, i) => String(last + 1 - lines.length + i)))
}

export const MANY_TABS: Facts = {
  'At the top': [
    {
      fact: 'eight tabs have one connection, and each receives each message once, also when another tab takes over',
      without,
      run: async (stage) => {
        await inTabs(stage, { script: await bundled(stage) }, async (scene) => {
          const { requests, open, send } = scene
          const tabs = await openTabs(scene, 8)
          const [first, ...others] = tabs
          const last = await sendUntilJoined(scene, tabs)
          expect(requests()).toHaveLength(1)

          await first?.page.close()
          await until(() => {
            expect(requests()).toHaveLength(2)
            expect(open.size).toBe(1)
          })
          expect(requests()[1]).toMatchObject({ 'last-event-id': String(last) })
          send(`id: ${last + 1}\ndata: ${last + 1}\n\n`)
          await haveAll(others, last + 1)
        })
      },
    },
  ],

  'Set a name for each user': [
    {
      fact: 'tabs of one user share a connection, which has their token, and another user has a separate one',
      without,
      run: async (stage) => {
        await inTabs(
          stage,
          {
            script: await bundled(stage),
            prepare: () => {
              if (localStorage.getItem('user') !== null) return
              localStorage.setItem('user', 'ada')
              localStorage.setItem('token', 'of ada')
            },
          },
          async (scene) => {
            const tabs = await openTabs(scene, 2)
            await sendUntilJoined(scene, tabs)
            expect(scene.requests().map(({ authorization }) => authorization)).toEqual(['Bearer of ada'])
            await tabs[0]?.page.evaluate(() => {
              localStorage.setItem('user', 'bob')
              localStorage.setItem('token', 'of bob')
            })
            await scene.openTab()
            await until(() => {
              expect(scene.requests().map(({ authorization }) => authorization)).toEqual([
                'Bearer of ada',
                'Bearer of bob',
              ])
            })
            expect(scene.open.size).toBe(2)
          },
        )
      },
    },
  ],

  'When the connection moves to another tab: Load missed messages': [
    {
      fact: 'loads the state at first, and when another tab has taken over',
      without,
      run: async (stage) => {
        let price = '1.00'
        await inTabs(
          stage,
          { script: await bundled(stage), answer: (response) => response.end(price) },
          async (scene) => {
            const shows = async (tabs: (Tab | undefined)[], text: string): Promise<void> => {
              for (const tab of tabs) await tab?.page.getByText(text, { exact: true }).waitFor()
            }
            const [first, second, third] = await openTabs(scene, 3)
            await shows([first, second, third], '1.00')
            scene.send('data: 2.00\n\n')
            await shows([first, second, third], '2.00')
            // Without an event.
            price = '3.00'
            await first?.page.close()
            await shows([second, third], '3.00')
            scene.send('data: 4.00\n\n')
            await shows([second, third], '4.00')
          },
        )
      },
    },
  ],

  'Do something in one tab only': [
    {
      fact: 'shows each notification in the tab that has the connection',
      without,
      run: async (stage) => {
        await inTabs(
          stage,
          {
            script: await bundled(stage),
            prepare: () => {
              Object.assign(globalThis, {
                Notification: function (title: string, { body }: { body: string }) {
                  console.log(`${title}: ${body}`)
                },
              })
            },
          },
          async (scene) => {
            const [first, second] = await openTabs(scene, 2)
            scene.send('data: one\n\n')
            await until(() => {
              expect(first?.lines).toEqual(['News: one'])
            })
            await first?.page.close()
            await until(() => {
              expect(scene.requests()).toHaveLength(2)
              expect(scene.open.size).toBe(1)
            })
            scene.send('data: two\n\n')
            await until(() => {
              expect(second?.lines).toEqual(['News: two'])
            })
          },
        )
      },
    },
  ],

  'Without a bundler': [
    {
      fact: 'shows the messages in two tabs with one connection',
      without,
      run: async (stage) => {
        const script = readFileSync(path('dist/everysource-shared.min.js'), 'utf8')
        const page = stage.block.text + HTML
        await inTabs(stage, { page, script }, async (scene) => {
          const tabs = await openTabs(scene, 2)
          const shown = async ({ page }: Tab): Promise<number> => page.getByRole('listitem').count()
          while ((await Promise.all(tabs.map(shown))).includes(0)) scene.send('data: <b>here</b>\n\n')
          for (const { page } of tabs) await page.getByText('<b>here</b>').last().waitFor()
          expect(scene.requests()).toHaveLength(1)
        })
      },
    },
    {
      fact: 'a permanent failure closes the source in all tabs, and only the tab with the connection has the body',
      without,
      run: async (stage) => {
        const script = readFileSync(path('dist/everysource-shared.min.js'), 'utf8')
        const page = stage.block.text + HTML
        let isRefusing = false
        const respond = (response: ServerResponse): void => {
          if (isRefusing) response.writeHead(401).end('Log in first')
          else stream(response)
        }
        await inTabs(stage, { page, script, respond }, async (scene) => {
          const tabs = await openTabs(scene, 2)
          for (const { page, lines } of tabs) {
            await page.evaluate(() => {
              const source = new everysource.SharedEventSource('/other/events')
              source.onopen = () => {
                console.log('open')
              }
              source.onerror = ({ status, error }) => {
                console.log(status, error?.body, source.readyState)
              }
              Object.assign(globalThis, { other: source })
            })
            await until(() => {
              expect(lines).toEqual(['open'])
            })
          }
          expect(scene.requests()).toHaveLength(2)
          isRefusing = true
          await tabs[1]?.page.evaluate(() => {
            const { other } = globalThis as unknown as { other: SharedEventSource }
            other.reconnect()
          })
          await until(() => {
            expect(tabs.map(({ lines }) => lines.filter((line) => !line.includes('Failed to load')))).toEqual([
              ['open', '401 Log in first 2'],
              ['open', '401 undefined 2'],
            ])
          })
        })
      },
    },
    {
      fact: 'a sandboxed iframe does not share',
      without,
      run: async (stage) => {
        const script = readFileSync(path('dist/everysource-shared.min.js'), 'utf8')
        const page = stage.block.text + HTML
        const respond = (response: ServerResponse): void => {
          response.setHeader('Access-Control-Allow-Origin', '*')
          stream(response)
        }
        await inTabs(stage, { page, script, respond }, async (scene) => {
          const [tab] = await openTabs(scene, 1)
          await tab?.page.evaluate(() => {
            const frame = document.createElement('iframe')
            frame.sandbox.add('allow-scripts')
            const url = JSON.stringify(location.origin)
            const code = `
              const source = new everysource.SharedEventSource(${url} + '/events')
              source.onopen = () => console.log(source.shared, source.leads)`
            frame.srcdoc = `<script src="/everysource-shared.min.js"></${'script'}><script>${code}</${'script'}>`
            document.body.append(frame)
          })
          await until(() => {
            expect(tab?.lines).toEqual(['false true'])
          })
          expect(scene.open.size).toBe(2)
        })
      },
    },
  ],

  React: [
    {
      fact: 'components in two tabs have one connection, which moves when the first one unmounts, and closes with the last',
      without,
      run: async (stage) => {
        const script = await bundledApp(stage, reactApp('News'))
        await inTabs(stage, { page: `${ROOT}<script src="/main.js"></script>`, script }, async (scene) => {
          const { open, openTab, requests, send } = scene
          const opensStreams = async (count: number): Promise<void> => {
            await until(() => {
              expect(requests()).toHaveLength(count)
              expect(open.size).toBe(1)
            })
          }
          const show = ({ page }: Tab): Promise<void> =>
            page.evaluate(() => {
              app.show('/events')
            })
          const unmount = ({ page }: Tab): Promise<void> =>
            page.evaluate(() => {
              app.unmount()
            })
          const items = ({ page }: Tab): Promise<string[]> => page.getByRole('listitem').allTextContents()

          const first = await openTab()
          await show(first)
          await opensStreams(1)
          const second = await openTab()
          await show(second)
          while ((await items(second)).length === 0) send('data: first\n\n')
          expect(requests()).toHaveLength(1)

          await unmount(first)
          await opensStreams(2)
          send('data: second\n\n')
          await second.page.getByText('second').waitFor()
          expect((await items(second)).filter((text) => text === 'second')).toHaveLength(1)
          expect(await items(first)).toEqual([])
          await unmount(second)
          await until(() => {
            expect(open.size).toBe(0)
          })
        })
      },
    },
  ],
}
