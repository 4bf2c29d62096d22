/**
 * Packs what `npm publish` takes: `node .ci/pack.mjs [folder]`. npm shows the README without the files that it links to, so its links
 * and pictures become absolute, at the tag of the version. Doesn't build.
 */

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Fields that the npm page needs; .ci/repository.mjs writes them. */
const NEEDED = ['repository', 'homepage', 'bugs', 'funding']

/**
 * Says what package.json lacks, if anything.
 *
 * @param {Record<string, unknown>} manifest
 */
export function problemOf(manifest) {
  const missing = NEEDED.filter((field) => !manifest[field])
  if (missing.length === 0) return undefined
  return `package.json lacks ${missing.join(', ')}. Run: node .ci/repository.mjs <owner>/<name> <funding URL>`
}

/**
 * Returns a Markdown text with absolute links, for files at the root of the repository.
 *
 * @param {string} text
 * @param {string} repository such as https://github.com/owner/name
 * @param {string} ref a tag or branch
 */
export function withAbsoluteLinks(text, repository, ref) {
  const raw = repository.replace('https://github.com/', 'https://raw.githubusercontent.com/')
  /** @type {(link: string, isImage: boolean) => string} */
  const absolute = (link, isImage) => {
    if (/^(\w+:|#)/.test(link)) return link
    // Pages of the repository that are not files, such as its actions.
    if (link.startsWith('../../')) return `${repository}/${link.slice('../../'.length)}`
    return isImage ? `${raw}/${ref}/${link}` : `${repository}/blob/${ref}/${link}`
  }
  return text
    .split(/(^```[^]*?^```$)/m)
    .map((part) =>
      part.startsWith('```')
        ? part
        : part
            .replace(/(!\[[^\]]*\]\()([^)\s]+)/g, (_, start, link) => start + absolute(link, true))
            .replace(/(?<!!\[[^\]]*)(\]\()([^)\s]+)/g, (_, start, link) => start + absolute(link, false))
            .replace(/( src(?:set)?=")([^"]+)/g, (_, start, link) => start + absolute(link, true))
            .replace(/( href=")([^"]+)/g, (_, start, link) => start + absolute(link, false)),
    )
    .join('')
}

/**
 * Packs into a folder, and returns what npm says of the tarball.
 *
 * @param {string} folder relative to the repository
 * @returns {{ filename: string, unpackedSize: number, files: { path: string, size: number }[] }}
 * @throws if package.json does not say where the repository is
 */
export function pack(folder) {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const problem = problemOf(manifest)
  if (problem !== undefined) throw new Error(problem)
  const repository = manifest.repository.url.replace(/^git\+|\.git$/g, '')
  const readme = readFileSync(`${root}README.md`, 'utf8')
  writeFileSync(`${root}README.md`, withAbsoluteLinks(readme, repository, `v${manifest.version}`))
  try {
    // Without scripts: `prepare` would build again.
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
    return JSON.parse(
      execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
    )[0]
  } finally {
    writeFileSync(`${root}README.md`, readme)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(pack(process.argv[2] ?? '.').filename)
