/**
 * `npm run release`: turns the pending changesets into a version, runs all checks, packs, and prints the publish commands. It publishes
 * nothing. `-- --skip-checks` skips `npm run test:all`; its tests use that.
 */

import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { sortByKind } from '../.changeset/changelog.mjs'
import { pack, problemOf } from './pack.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const OUTPUT = '.cache/release'
const MAIN = 'main'

const { values: options } = parseArgs({ options: { 'skip-checks': { type: 'boolean', default: false } } })

/** The changesets in this version. @type {string[]} */
let versioned = []

const branch = read('git', ['branch', '--show-current'])
if (branch !== MAIN) refuse(`Releases are made on ${MAIN}, not on ${branch === '' ? 'a detached HEAD' : branch}.`)
if (read('git', ['status', '--porcelain']) !== '') refuse('Uncommitted changes. See git status.')
const problem = problemOf(packageJSON())
if (problem !== undefined) refuse(problem)

const waiting = readdirSync(`${root}.changeset`).filter((file) => file.endsWith('.md') && file !== 'README.md')
if (waiting.length > 0) {
  versioned = waiting
  run('npx', ['changeset', 'version'])
  const changelog = `${root}CHANGELOG.md`
  const today = new Date().toISOString().slice(0, 'YYYY-MM-DD'.length)
  writeFileSync(changelog, sortByKind(readFileSync(changelog, 'utf8'), today))
  setVersions(packageJSON().version)
}
const { name, version } = packageJSON()
const tag = `v${version}`
if (read('git', ['tag', '--list', tag]) !== '') {
  refuse(`The tag ${tag} exists. Without a changeset there is nothing to release: npm run changeset`)
}
const [, entry] = /^## (\S+).*$/m.exec(readFileSync(`${root}CHANGELOG.md`, 'utf8')) ?? []
if (entry !== version)
  refuse(`The version is ${version}, but the first entry of CHANGELOG.md is ${entry ?? 'missing'}.`)

if (!options['skip-checks']) run('npm', ['run', 'test:all'])
// Removes the output of deleted sources.
for (const folder of ['dist', 'fetch-event-source', 'polyfill', 'shared']) {
  rmSync(`${root}${folder}`, { recursive: true, force: true })
}
run('npm', ['run', '--silent', 'build'])

rmSync(`${root}${OUTPUT}`, { recursive: true, force: true })
mkdirSync(`${root}${OUTPUT}`, { recursive: true })
const packed = pack(OUTPUT)
const tarball = `${OUTPUT}/${packed.filename}`
const inside = JSON.parse(read('tar', ['-xzOf', tarball, 'package/package.json']))
if (inside.name !== name || inside.version !== version) {
  refuse(`${tarball} holds ${inside.name} ${inside.version} instead of ${name} ${version}.`)
}

const { main, module, browser, types, typesVersions, bin, exports, files: folders } = inside
const named = filesIn([main, module, browser, inside['react-native'], types, typesVersions, bin, exports])
const packedFiles = packed.files.map(({ path }) => path)
const lacking = [
  ...named.filter((file) => !packedFiles.includes(file)),
  ...folders.filter(
    (/** @type {string} */ name) =>
      !packedFiles.some((/** @type {string} */ file) => `${file}/`.startsWith(`${name}/`)),
  ),
]
if (lacking.length > 0) refuse(`${tarball} lacks ${[...new Set(lacking)].join(', ')}, which package.json names.`)

const bytes = readFileSync(root + tarball)
console.log(`\n${name} ${version}: ${tarball}\n`)
for (const { path, size } of packed.files) console.log(`${String(size).padStart(9)}  ${path}`)
console.log(`\n${packed.files.length} files, ${packed.unpackedSize} bytes, packed ${bytes.length}`)
console.log(`sha512-${createHash('sha512').update(bytes).digest('base64')}`)
console.log('\nNothing has been published. If that is right:\n')
if (waiting.length > 0) console.log(`git add --all && git commit -m "Release ${version}"`)
console.log(`git tag ${tag} && git push origin ${MAIN} ${tag}`)
console.log(
  `\nThe tag starts .github/workflows/release.yml, which publishes ${version} with provenance, after approval.`,
)

/** @returns {{ name: string, version: string }} */
function packageJSON() {
  return JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
}

/**
 * Sets the version everywhere except in package.json, which changesets sets.
 *
 * @param {string} version
 */
function setVersions(version) {
  const lock = `${root}package-lock.json`
  if (existsSync(lock)) {
    const packages = JSON.parse(readFileSync(lock, 'utf8'))
    packages.version = packages.packages[''].version = version
    writeFileSync(lock, `${JSON.stringify(packages, null, 2)}\n`)
  }
  for (const page of ['README.md', ...filesBelow('docs').filter((file) => file.endsWith('.md'))]) {
    const text = readFileSync(root + page, 'utf8')
    const changed = text.replace(/(everysource@\^|"everysource": "\^|everysource-)\d+\.\d+\.\d+/g, `$1${version}`)
    if (changed !== text) writeFileSync(root + page, changed)
  }
  const jsr = `${root}jsr.json`
  writeFileSync(jsr, readFileSync(jsr, 'utf8').replace(/"version": "[^"]*"/, `"version": "${version}"`))
}

/** @param {string} folder */
function filesBelow(folder) {
  if (!existsSync(root + folder)) return []
  return readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`)
}

/**
 * Returns the files that a value of package.json names, such as `exports`.
 *
 * @param {unknown} value
 * @returns {string[]}
 */
function filesIn(value) {
  if (typeof value === 'string') return [value.replace(/^\.\//, '')]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(filesIn) : []
}

/**
 * Returns a command's output.
 *
 * @param {string} command
 * @param {string[]} args
 */
function read(command, args) {
  return execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()
}

/**
 * Runs a command with its output on the terminal, and exits if it fails.
 *
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  console.log(`> ${command} ${args.join(' ')}`)
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) refuse(`${command} ${args.join(' ')} failed.`)
}

/**
 * @param {string} reason
 * @returns {never}
 */
function refuse(reason) {
  console.error(`No release: ${reason}`)
  if (versioned.length > 0)
    console.error('The version changes are still in the working tree. To undo them: git restore .')
  process.exit(1)
}
