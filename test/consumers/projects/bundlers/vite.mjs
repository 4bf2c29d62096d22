/** Vite: an application, each program, and the dev server, whose URL is printed. */

import { build, createServer } from 'vite'
import { entries } from './entries.mjs'

const common = { root: new URL('.', import.meta.url).pathname, configFile: false, logLevel: 'warn' }

if (process.argv[2] === 'serve') {
  const server = await createServer({ ...common, server: { host: '127.0.0.1', port: 0 } })
  await server.listen()
  console.log(server.resolvedUrls.local[0])
} else {
  const target = 'es2022'
  await build({
    ...common,
    base: './',
    build: { outDir: 'dist/vite-app', target, rollupOptions: { input: 'index.html' } },
  })
  for (const [name, input] of Object.entries(entries)) {
    const output = { entryFileNames: '[name].js' }
    const options = { input: { [name]: input }, output }
    await build({
      ...common,
      build: { outDir: 'dist/vite', emptyOutDir: false, target, modulePreload: false, rollupOptions: options },
    })
  }
}
