/**
 * Installs what a lock file says, unless it is there. Runs on whatever Node the machine has, before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** A file of every kind of build, in `dist`. */
export const BUILT = [
  'index.js',
  'index.cjs',
  'browser/index.js',
  'browser/index.cjs',
  'browser/fetch-event-source.js',
  'index.d.ts',
  'polyfill.js',
  'everysource.min.js',
  'inspector/index.html',
  'inspector/inspector.css',
  'inspector/inspector.js',
]

const INSTALL = ['ci', '--no-audit', '--no-fund']

// npm is a script on Windows, which only a shell starts.
const shell = process.platform === 'win32'

/**
 * Runs `npm ci` in `folder` if what is installed there differs from its lock file, and says whether it did. Ends the process
 * when it fails.
 *
 * @param {string} folder with a package.json and a package-lock.json
 */
export function installIfMissing(folder) {
  if (isInstalled(folder)) return false
  console.log(`Installing the packages of ${folder}`)
  run('npm', INSTALL, folder)
  return true
}

/**
 * Runs `npm ci` in several folders at once if what is installed there differs from their lock files. Continues when one fails.
 *
 * @param {string[]} folders
 */
export async function installFolders(folders) {
  const missing = folders.filter((folder) => !isInstalled(folder))
  if (missing.length > 0) console.log(`Installing the packages of ${missing.join(', ')}`)
  await Promise.all(
    missing.map(async (folder) => {
      const child = spawn('npm', INSTALL, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], shell })
      const code = await new Promise((resolve) => child.once('close', resolve))
      if (code !== 0) console.log(`The packages of ${folder} could not be installed`)
    }),
  )
}

/** Whether every kind of build is there and newer than everything it is made from. */
export function isBuilt() {
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const modified = (/** @type {string} */ file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs
  const oldest = Math.min(...BUILT.map((name) => modified(join(root, 'dist', name)) ?? 0))
  const from = [...sources, ...['package.json', 'tsup.config.ts'].map((name) => join(root, name))]
  return from.every((file) => (modified(file) ?? 0) < oldest)
}

/**
 * Runs a command with the terminal's input and output, and ends the process when it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
export function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit', shell })
  if (status !== 0) process.exit(status ?? 1)
}

/**
 * npm keeps a record of what it installed; every package that is not optional must be in it, in the same version.
 *
 * @param {string} folder
 */
function isInstalled(folder) {
  const wanted = readPackages(`${folder}/package-lock.json`)
  const installed = readPackages(`${folder}/node_modules/.package-lock.json`)
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || optional === true || (installed[path]?.version === version && existsSync(`${folder}/${path}`)),
  )
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {}
}
