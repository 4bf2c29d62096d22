/** Installs dependencies if they differ from the lock file. Must run on any Node version, before anything is installed. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** One file in `dist` of each build. */
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

// On Windows, npm is a script, which needs a shell.
const shell = process.platform === 'win32'

/**
 * Runs `npm ci` in `folder` if its packages differ from the lock file, and returns whether it ran. Exits if it fails.
 *
 * @param {string} folder with a package.json and a package-lock.json
 */
export function installIfMissing(folder) {
  if (isInstalled(folder)) return false
  console.log(`Installing packages in ${folder}. This takes about a minute`)
  // Warnings of npm and of the build are for those who change the packages.
  const { status, stdout, stderr } = spawnSync('npm', INSTALL, { cwd: folder, encoding: 'utf8', maxBuffer: 1e9, shell })
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}`)
    process.exit(status ?? 1)
  }
  const node = join(folder, 'node_modules/node/package.json')
  if (existsSync(node)) {
    const { version } = JSON.parse(readFileSync(node, 'utf8'))
    console.log(
      `Installed. The scripts run on Node ${version}, one of the packages, not on your ${process.versions.node}`,
    )
  }
  return true
}

/**
 * Runs `npm ci` in parallel in each folder whose packages differ from its lock file. Continues if one fails.
 *
 * @param {string[]} folders
 */
export async function installFolders(folders) {
  const missing = folders.filter((folder) => !isInstalled(folder))
  if (missing.length > 0) console.log(`Installing packages in ${missing.join(', ')}`)
  await Promise.all(
    missing.map(async (folder) => {
      const child = spawn('npm', INSTALL, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], shell })
      const code = await new Promise((resolve) => child.once('close', resolve))
      if (code !== 0) console.log(`Could not install packages in ${folder}`)
    }),
  )
}

/** Whether every build exists and is newer than its sources. */
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
 * Runs a command in this terminal, and exits if it fails.
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
 * npm records what it installed. Every package that is not optional must be there in the locked version.
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
