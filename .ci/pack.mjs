/**
 * Creates the tarball for `npm publish`: `node .ci/pack.mjs [folder]`. npm shows the README without the repository, so links and
 * pictures become absolute, at the tag of the version, and the notes about an unpublished package are removed. Doesn't build.
 */

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from '@textlint/markdown-to-ast'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Fields that the npm page needs; .ci/repository.mjs writes them. */
const NEEDED = ['repository', 'homepage', 'bugs', 'funding']

const GITHUB = /^git\+(https:\/\/github\.com\/[\w.-]+\/[\w.-]+)\.git$/

/**
 * Returns an error message if package.json does not say where the repository is.
 *
 * @param {Record<string, any>} manifest
 */
export function problemOf(manifest) {
  const missing = NEEDED.filter((field) => !manifest[field])
  const run = 'Run: node .ci/repository.mjs <owner>/<name> <funding URL>'
  if (missing.length > 0) return `package.json lacks ${missing.join(', ')}. ${run}`
  if (!GITHUB.test(manifest.repository.url)) return `Invalid repository in package.json. ${run}`
  return undefined
}

/**
 * Removes the parts for readers who cannot install from npm yet, and shows those for others:
 * `<!-- unpublished -->…<!-- published: … -->`.
 *
 * @param {string} text
 */
export function asPublished(text) {
  return text.replace(/<!-- unpublished -->[^]*?<!-- published:\s*([^]*?)\s*-->/g, '$1')
}

/**
 * Returns a Markdown text of the repository's root with absolute links.
 *
 * @param {string} text
 * @param {string} repository such as https://github.com/owner/name
 * @param {string} ref a tag or branch
 */
export function withAbsoluteLinks(text, repository, ref) {
  const raw = repository.replace('https://github.com/', 'https://raw.githubusercontent.com/')
  /** @type {(link: string, isImage: boolean) => string} */
  const absolute = (link, isImage) => {
    if (/^(\w+:|\/\/|#)/.test(link)) return link
    // Pages of the repository that are not files, such as its actions.
    if (link.startsWith('../../')) return `${repository}/${link.slice('../../'.length)}`
    const path = link.replace(/^(\.?\/)+/, '')
    return isImage ? `${raw}/${ref}/${path}` : `${repository}/blob/${ref}/${path}`
  }
  /** @type {{ start: number, end: number, text: string }[]} */
  const edits = []
  /** @type {(node: any) => void} */
  const visit = (node) => {
    const [start, end] = node.range
    const source = text.slice(start, end)
    if (node.type === 'Html') {
      edits.push({ start, end, text: withAbsoluteAttributes(source, absolute) })
    } else if (['Link', 'Image', 'Definition'].includes(node.type) && source.includes(node.url)) {
      const at = start + source.lastIndexOf(node.url)
      edits.push({ start: at, end: at + node.url.length, text: absolute(node.url, node.type === 'Image') })
    }
    for (const child of node.children ?? []) visit(child)
  }
  visit(parse(text))
  return edits
    .sort((one, other) => other.start - one.start)
    .reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text)
}

/**
 * @param {string} html
 * @param {(link: string, isImage: boolean) => string} absolute
 */
function withAbsoluteAttributes(html, absolute) {
  return html.replace(/(\s(src|srcset|href)=)(["'])(.*?)\3/g, (_, start, name, quote, value) => {
    const links = name === 'srcset' ? value.split(/(?<=,)\s*/) : [value]
    const changed = links.map((/** @type {string} */ link) => absolute(link, name !== 'href'))
    return `${start}${quote}${changed.join(' ')}${quote}`
  })
}

/**
 * Packs into a folder, and returns npm's report about the tarball.
 *
 * @param {string} folder relative to the repository
 * @returns {{ filename: string, unpackedSize: number, files: { path: string, size: number }[] }}
 * @throws if package.json does not say where the repository is
 */
export function pack(folder) {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const problem = problemOf(manifest)
  if (problem !== undefined) throw new Error(problem)
  const [, repository = ''] = GITHUB.exec(manifest.repository.url) ?? []
  const readme = readFileSync(`${root}README.md`, 'utf8')
  writeFileSync(`${root}README.md`, withAbsoluteLinks(asPublished(readme), repository, `v${manifest.version}`))
  try {
    // Without scripts, because `prepare` would build again.
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
    return JSON.parse(
      execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
    )[0]
  } finally {
    writeFileSync(`${root}README.md`, readme)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(pack(process.argv[2] ?? '.').filename)
