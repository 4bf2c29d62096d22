/**
 * The code blocks of docs/guides/servers.md are the files that the tests run: a line that ends with a link to one of them has it as its
 * block. `node test/servers/page.ts` puts them there anew.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { path } from '../conformance/bundle.ts'

const PAGE = 'docs/guides/servers.md'
const FOLDERS = ['test/servers/programs', 'test/servers/programs/nest', 'test/servers/configurations']

/** A link, what follows it in its line, and the block below. */
const LINKED = /\]\(\.\.\/\.\.\/(?<file>test\/servers\/[^)]+)\):\n\n```(?<language>\w*)\n(?<text>[^]*?)```\n/g
/** What says what a file is for, and what only eslint reads. */
const OPENING = /^(?:\/\*[^]*?\*\/\n)+\n/

/** The page as it is. */
export function readPage(): string {
  return readFileSync(path(PAGE), 'utf8')
}

/** The page with the files as they are. */
export function currentPage(): string {
  return readPage().replace(LINKED, (all, file: string, _: string, text: string) => {
    const code = readFileSync(path(file), 'utf8').replace(OPENING, '')
    return `${all.slice(0, all.length - text.length - 4)}${code}\`\`\`\n`
  })
}

/** The files that the page shows, and how many blocks it has. */
export function shown(): { files: string[]; blocks: number } {
  const page = readPage()
  const files = [...page.matchAll(LINKED)].map(({ groups }) => groups?.file ?? '')
  return { files: files.sort(), blocks: (page.match(/^```/gm)?.length ?? 0) / 2 }
}

/** The files that it should show. */
export function filesToShow(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(path(folder))
      .filter((file) => /\.(ts|conf|cfg)$/.test(file))
      .map((file) => relative(path('.'), path(`${folder}/${file}`))),
  ).sort()
}

if (process.argv[1] === import.meta.filename) writeFileSync(path(PAGE), currentPage())
