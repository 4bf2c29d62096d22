/** `npm start`: installs and builds if necessary, then runs the demo. Works with any installed Node. */

import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { installIfMissing, isBuilt, root, run } from '../test/install.mjs'

// `npm install` builds too.
if (!installIfMissing(root) && !isBuilt()) {
  console.log('Building dist from src')
  run('npm', ['run', '--silent', 'build', '--', '--silent'], root)
}

// The Node in node_modules runs TypeScript without a build.
const path = join(root, 'node_modules', '.bin') + delimiter + (process.env.PATH ?? '')
const demo = spawn('node', ['demo/main.ts', ...process.argv.slice(2)], {
  cwd: root,
  env: { ...process.env, PATH: path },
  stdio: 'inherit',
  // On Windows, that `node` is a script, which requires a shell.
  shell: process.platform === 'win32',
})
// Forward signals and wait, so that the demo decides how to exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => demo.kill(/** @type {NodeJS.Signals} */ (signal)))
demo.on('exit', (code) => process.exit(code ?? 1))
