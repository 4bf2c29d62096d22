/**
 * Installs what a lock file says, unless it is there. Runs on whatever Node the machine has, before anything is installed.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs `npm ci` in `folder` if what is installed there differs from its lock file, and says whether it did.
 *
 * @param {string} folder with a package.json and a package-lock.json
 * @param {{ required?: boolean }} [options] `required: false` goes on when it fails
 */
export function installIfMissing(folder, { required = true } = {}) {
  if (isInstalled(folder)) return false
  console.log(`Installing the packages of ${folder}`)
  run('npm', ['ci', '--no-audit', '--no-fund'], folder, required)
  return true
}

/**
 * Runs a command with the terminal's input and output, and ends the process when it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @param {boolean} [required]
 */
export function run(command, args, cwd, required = true) {
  // npm is a script on Windows, which only a shell starts.
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0 && required) process.exit(status ?? 1)
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
