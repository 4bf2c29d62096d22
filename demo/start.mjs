/** `npm start`: installs and builds what is missing, then runs the demo. Runs on whatever Node the machine has. */

import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { installIfMissing, isBuilt, root, run } from '../test/install.mjs'

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
