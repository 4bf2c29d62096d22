/** Facts about docs/guides/react.md and vue.md: components in Chromium, with the development builds of React and Vue. */

import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { build, type Plugin } from 'esbuild'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { path } from '../../conformance/bundle.ts'
import { missingBrowser, withPage } from '../../consumers/browser.ts'
import { missing } from '../../runtimes/list.ts'
import { until } from '../program.ts'
import { json, stream } from '../servers.ts'
import type { Stage } from '../stage.ts'
import type { Fact, Facts } from './fact.ts'

export interface App {
  show: (url: string) => void
  unmount: () => void
}

/** Defined in the page. */
declare const app: App

export const ROOT = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><div id="root"></div>'
const without = missingBrowser() ?? missing([path('test/consumers/node_modules/vue/package.json')])

/** In StrictMode, which mounts each component twice. */
export const reactApp = (component: string): string => `
import { createElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ${component} } from './component.jsx'

const root = createRoot(document.getElementById('root'))
globalThis.app = {
  show: (url) => root.render(createElement(StrictMode, {}, createElement(${component}, { url }))),
  unmount: () => root.unmount(),
}
`

const VUE_APP = `
import { createApp, h, ref } from 'vue'
import Component from './component.vue'

const url = ref()
const vueApp = createApp({ render: () => h(Component, { url: url.value }) })
globalThis.app = {
  show: (other) => {
    const isFirst = url.value === undefined
    url.value = other
    if (isFirst) vueApp.mount('#root')
  },
  unmount: () => vueApp.unmount(),
}
`

/** Compiles single-file components, like a bundler's plugin. */
const vueFiles: Plugin = {
  name: 'vue',
  setup({ onLoad }) {
    onLoad({ filter: /\.vue$/ }, ({ path: file }) => {
      const { parse, compileScript } = createRequire(path('test/consumers/package.json'))(
        'vue/compiler-sfc',
      ) as Compiler
      const { descriptor, errors } = parse(readFileSync(file, 'utf8'))
      expect(errors).toEqual([])
      return { contents: compileScript(descriptor, { id: 'component', inlineTemplate: true }).content }
    })
  },
}

interface Compiler {
  parse: (text: string) => { descriptor: object; errors: unknown[] }
  compileScript: (descriptor: object, options: object) => { content: string }
}

/** Bundles the block with an app around it. */
export async function bundledApp(stage: Stage, around: string): Promise<string> {
  stage.write(`component.${stage.block.language}`, stage.block.text)
  stage.write('main.js', around)
  const { outputFiles } = await build({
    absWorkingDir: stage.folder,
    entryPoints: ['main.js'],
    bundle: true,
    write: false,
    format: 'iife',
    jsx: 'automatic',
    plugins: [vueFiles],
    define: {
      // In production StrictMode does nothing.
      'process.env.NODE_ENV': '"development"',
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    logLevel: 'warning',
  })
  return outputFiles[0]?.text ?? ''
}

interface Scene {
  page: Page
  /** The open streams and their requests. */
  open: Map<ServerResponse, { url: string; body: string }>
  send: (text: string) => void
}

/** A page with the component's app. Its server has a stream at every other path; the test starts the one at `/held`. */
async function onPage(
  stage: Stage,
  around: string,
  use: (scene: Scene) => Promise<void>,
  expected?: RegExp,
): Promise<void> {
  const script = await bundledApp(stage, around)
  const open: Scene['open'] = new Map()
  let isRefusing = false
  const server = await stage.serve((response, { url, body }) => {
    if (url === '/') {
      response.setHeader('Content-Type', 'text/html').end(`${ROOT}<script src="/main.js"></script>`)
    } else if (url === '/main.js') {
      response.setHeader('Content-Type', 'text/javascript; charset=utf-8').end(script)
    } else if (body.includes('forbidden')) {
      isRefusing = true
      json(response, 403, 'That is forbidden')
    } else {
      open.set(response, { url, body })
      response.once('close', () => open.delete(response))
      if (url !== '/held') stream(response)
    }
  })
  const send = (text: string): void => {
    for (const response of open.keys()) response.write(text)
  }
  await withPage(server.origin, (page) => use({ page, open, send }), expected)
  expect(isRefusing).toBe(expected !== undefined)
}

async function asks(open: Scene['open'], ...requests: object[]): Promise<void> {
  await until(() => {
    expect([...open.values()]).toMatchObject(requests)
  })
}

/** For a component that shows the messages of the stream at its `url`. */
function showsMessages(around: string): Fact {
  return {
    fact: 'has one connection while mounted, a new one and fresh state when its URL changes, and none after it unmounts',
    without,
    run: (stage) =>
      onPage(stage, around, async ({ page, open, send }) => {
        const items = page.getByRole('listitem')
        await page.evaluate(() => {
          app.show('/events?of=a')
        })
        await page.getByText('Connected', { exact: true }).waitFor()
        await asks(open, { url: '/events?of=a' })
        send('data: first\n\ndata: second\n\n')
        await page.getByText('second').waitFor()
        expect(await items.allTextContents()).toEqual(['first', 'second'])

        await page.evaluate(() => {
          app.show('/events?of=b')
        })
        await asks(open, { url: '/events?of=b' })
        send('data: of b\n\n')
        await page.getByText('of b').waitFor()
        expect(await items.allTextContents()).toEqual(['of b'])

        // While the next connection opens, the last one's state is gone.
        await page.evaluate(() => {
          app.show('/held')
        })
        await asks(open, { url: '/held' })
        await page.getByText('Connecting', { exact: true }).waitFor()
        expect(await items.count()).toBe(0)
        for (const response of open.keys()) stream(response, 'event: error\ndata: overloaded\n\n')
        await page.getByText('overloaded', { exact: true }).waitFor()
        send('data: of held\n\n')
        await page.getByText('of held').waitFor()
        expect(await items.allTextContents()).toEqual(['of held'])
        expect(await page.getByRole('status').textContent()).toBe('Connected')

        await page.evaluate(() => {
          app.unmount()
        })
        await asks(open)
        expect(await items.count()).toBe(0)
      }),
  }
}

const asksAndStops: Fact = {
  fact: 'sends one request, stops by the button and on unmount, and shows why a request was refused',
  without,
  run: (stage) =>
    onPage(
      stage,
      reactApp('Chat'),
      async ({ page, open, send }) => {
        const ask = async (question: string): Promise<void> => {
          await page.getByLabel('Question').fill(question)
          await page.getByRole('button', { name: 'Ask' }).click()
        }
        await page.evaluate(() => {
          app.show('')
        })
        await ask('What?')
        await asks(open, { url: '/chat', body: '{"prompt":"What?"}' })
        send('data: {"token":"Hel"}\n\ndata: {"token":"lo"}\n\n')
        await page.getByText('Hello', { exact: true }).waitFor()
        // Ask another question in the middle of the answer.
        await ask('And?')
        await asks(open, { body: '{"prompt":"And?"}' })
        send('data: {"token":"Well"}\n\n')
        await page.getByText('Well', { exact: true }).waitFor()
        await page.getByRole('button', { name: 'Stop' }).click()
        await asks(open)
        await ask('something forbidden')
        await page.getByText('"That is forbidden"').waitFor()
        await ask('Why?')
        await asks(open, { body: '{"prompt":"Why?"}' })
        await page.evaluate(() => {
          app.unmount()
        })
        await asks(open)
      },
      // Chromium logs the status to the console.
      /403/,
    ),
}

export const REACT: Facts = {
  'Show messages': [showsMessages(reactApp('News'))],
  'Chat with a stop button': [asksAndStops],
}

export const VUE: Facts = {
  'At the top': [showsMessages(VUE_APP)],
}
