/** `npm start`: installs and builds what is missing, then runs the demo. Runs on whatever Node the machine has. */

import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { installIfMissing, root, run } from '../test/install.mjs'

// npm builds after an installation.
if (!installIfMissing(root) && !isBuilt()) {
  console.log('Building dist from src')
  run('npm', ['run', '--silent', 'build', '--', '--silent'], root)
}

// The Node that package.json brings runs TypeScript as it is.
const path = join(root, 'node_modules', '.bin') + delimiter + (process.env.PATH ?? '')
const demo = spawn('node', ['demo/main.ts', ...process.argv.slice(2)], {
  cwd: root,
  env: { ...process.env, PATH: path },
  stdio: 'inherit',
  // The `node` there is a script on Windows, which only a shell starts.
  shell: process.platform === 'win32',
})
// It decides how to end; this process only waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => demo.kill(/** @type {NodeJS.Signals} */ (signal)))
demo.on('exit', (code) => process.exit(code ?? 1))

/** Whether every kind of build is there and younger than all that it is made from. */
function isBuilt() {
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const made = [
    'index.js',
    'index.cjs',
    'index.d.ts',
    'polyfill.js',
    'everysource.min.js',
    'inspector/index.html',
    'inspector/inspector.css',
    'inspector/inspector.js',
  ].map((name) => `dist/${name}`)
  const modified = (/** @type {string} */ file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs
  const oldest = Math.min(...made.map((file) => modified(join(root, file)) ?? 0))
  const from = [...sources, ...['package.json', 'tsup.config.ts'].map((name) => join(root, name))]
  return from.every((file) => (modified(file) ?? 0) < oldest)
}
