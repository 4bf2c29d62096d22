/** The pages and scripts that WPT's server generates, and those that report results. */

import { metaOf } from './suite.ts'

/** The path of the script that installs the implementation under test. */
export const INSTALL = '/everysource/install.js'

/** The path that results are posted to. */
export const REPORT = '/everysource/report'

const HTML = '<!doctype html><meta charset="utf-8">'

/** In place of WPT's file of the same name: sends the results to the test server. Slow machines get more time. */
export const TEST_HARNESS_REPORT = `
setup({ output: false, timeout_multiplier: 3 })
add_completion_callback((tests, { message }) => {
  const subtests = tests.map(({ name, status, message }) => ({ name, status, message }))
  fetch('${REPORT}', { method: 'POST', body: JSON.stringify({ subtests, message }) })
})
`

/** Shows one test after the other in a frame. The server answers with the next URL as soon as a test has ended. */
export const LANE = `${HTML}<title>web-platform-tests</title><script type="module">
  let frame
  for (;;) {
    const url = await (await fetch('/everysource/next')).text()
    frame?.remove()
    if (url === '') break
    frame = document.createElement('iframe')
    frame.src = url
    document.body.append(frame)
  }
</script>`

const scope = (isWindow: boolean): string =>
  `self.GLOBAL = { isWindow: () => ${isWindow}, isWorker: () => ${!isWindow}, isShadowRealm: () => false }\n`

const script = (src: string): string => `<script src="${src}"></script>`

/** The page for a `.any.js`, `.window.js` or `.worker.js` file. */
export function windowPage(path: string, source: string): string {
  const { title, scripts, isLong } = metaOf(source)
  return [
    HTML,
    title === undefined ? '' : `<title>${title}</title>`,
    isLong ? '<meta name="timeout" content="long">' : '',
    script('/resources/testharness.js'),
    script('/resources/testharnessreport.js'),
    `<script>${scope(true)}</script>`,
    ...scripts.map(script),
    '<body><div id="log"></div>',
    script(path),
  ].join('\n')
}

/** The page that runs a worker script and takes over its results. */
export function workerPage(path: string): string {
  return [
    HTML,
    script('/resources/testharness.js'),
    script('/resources/testharnessreport.js'),
    `<script>fetch_tests_from_worker(new Worker(${JSON.stringify(path)}))</script>`,
  ].join('\n')
}

/** The worker script for a `.any.js` file. */
export function workerScript(path: string, source: string): string {
  const { title = '', scripts } = metaOf(source)
  const imports = ['/resources/testharness.js', ...scripts, path].map(
    (src) => `importScripts(${JSON.stringify(src)})\n`,
  )
  return `${scope(false)}self.META_TITLE = ${JSON.stringify(title)}\n${imports.join('')}done()\n`
}

/** Adds the implementation under test to an HTML page. */
export function withInstallation(page: string): string {
  const doctype = /^\s*<!doctype[^>]*>/i.exec(page)?.[0] ?? ''
  return doctype + script(INSTALL) + page.slice(doctype.length)
}

/** Replaces the expressions of WPT's server templates, such as `{{host}}`. */
export function substitute(template: string, values: Record<string, string>): string {
  return template.replace(/\{\{([^}]*)\}\}/g, (_, expression: string) => {
    const value = values[expression.toLowerCase()]
    // Like the original, for absent headers.
    if (value === undefined && !expression.startsWith('headers'))
      throw new Error(`Unknown expression {{${expression}}}`)
    return value ?? ''
  })
}
