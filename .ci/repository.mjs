/**
 * Fills in the repository's URLs: `node .ci/repository.mjs <owner>/<name> <funding URL>`. Writes `repository`, `homepage`, `bugs` and
 * `funding` of package.json, and the link to the discussions in the issue templates.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [name = '', funding = ''] = process.argv.slice(2)

if (!/^[\w.-]+\/[\w.-]+$/.test(name)) refuse(`Invalid repository "${name}": must be <owner>/<name> on GitHub`)
if (!URL.canParse(funding) || !funding.startsWith('https:'))
  refuse(`Invalid funding URL "${funding}": must start with https:`)

const url = `https://github.com/${name}`
const fields = {
  homepage: `${url}#readme`,
  bugs: `${url}/issues`,
  repository: { type: 'git', url: `git+${url}.git` },
  funding,
}
const { name: packageName, version, description, keywords, ...others } = JSON.parse(read('package.json'))
const manifest = { name: packageName, version, description, keywords, ...fields }
write('package.json', `${JSON.stringify({ ...manifest, ...without(others, Object.keys(fields)) }, null, 2)}\n`)

const TEMPLATES = '.github/ISSUE_TEMPLATE/config.yml'
const links = `contact_links:
  - name: Ask a question
    url: ${url}/discussions
    about: Questions and ideas go to the discussions.
`
write(TEMPLATES, `${read(TEMPLATES).replace(/contact_links:[^]*/, '')}${links}`)

/** @param {string} file */
function read(file) {
  return readFileSync(root + file, 'utf8')
}

/**
 * @param {string} file
 * @param {string} text
 */
function write(file, text) {
  writeFileSync(root + file, text)
}

/**
 * @param {Record<string, unknown>} object
 * @param {string[]} keys
 */
function without(object, keys) {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
}

/**
 * @param {string} reason
 * @returns {never}
 */
function refuse(reason) {
  console.error(reason)
  process.exit(1)
}
