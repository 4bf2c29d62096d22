/**
 * Copies the tested files into the code blocks of docs/guides/servers.md: `npm run docs:servers`. A block shows the file that the line
 * above it links to.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { path } from '../conformance/bundle.ts'

const PAGE = 'docs/guides/servers.md'
const FOLDERS = ['test/servers/programs', 'test/servers/programs/nest', 'test/servers/configurations']

/** A link at the end of a line, and the block below. */
const LINKED = /\]\(\.\.\/\.\.\/(?<file>test\/servers\/[^)]+)\):\n\n```(?<language>\w*)\n(?<text>[^]*?)```\n/g
/** Comments at the start of a file, which the page omits. */
const OPENING = /^(?:\/\*[^]*?\*\/\n)+\n/

/** The page's current text. */
export function readPage(): string {
  return readFileSync(path(PAGE), 'utf8')
}

/** The page with the current files. */
export function currentPage(): string {
  return readPage().replace(LINKED, (all, file: string, _: string, text: string) => {
    const code = readFileSync(path(file), 'utf8').replace(OPENING, '')
    return `${all.slice(0, all.length - text.length - 4)}${code}\`\`\`\n`
  })
}

/** Files that the page shows, and its number of blocks. */
export function shown(): { files: string[]; blocks: number } {
  const page = readPage()
  const files = [...page.matchAll(LINKED)].map(({ groups }) => groups?.file ?? '')
  return { files: files.sort(), blocks: (page.match(/^```/gm)?.length ?? 0) / 2 }
}

/** Files that the page should show. */
export function filesToShow(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(path(folder))
      .filter((file) => /\.(ts|conf|cfg)$/.test(file))
      .map((file) => relative(path('.'), path(`${folder}/${file}`))),
  ).sort()
}

if (process.argv[1] === import.meta.filename) writeFileSync(path(PAGE), currentPage())
