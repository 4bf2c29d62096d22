/** Updates the code blocks of docs/guides/servers.md, which are files that the tests run: `npm run docs:servers`. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { path } from '../conformance/bundle.ts'
import { shownFiles, withCurrentFiles } from '../docs/shown-files.ts'

const PAGE = 'docs/guides/servers.md'
const FOLDERS = ['test/servers/programs', 'test/servers/programs/nest', 'test/servers/configurations']

export function readPage(): string {
  return readFileSync(path(PAGE), 'utf8')
}

/** The page with the current files. */
export function currentPage(): string {
  return withCurrentFiles(PAGE, 'test/servers')
}

/** The files that the page shows, and how many blocks it has. */
export function shown(): { files: string[]; blocks: number } {
  const files = shownFiles(PAGE, 'test/servers').map(({ file }) => file)
  return { files: files.sort(), blocks: (readPage().match(/^```/gm)?.length ?? 0) / 2 }
}

/** The files that the page should show. */
export function filesToShow(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(path(folder))
      .filter((file) => /\.(ts|conf|cfg)$/.test(file))
      .map((file) => relative(path('.'), path(`${folder}/${file}`))),
  ).sort()
}

if (process.argv[1] === import.meta.filename) writeFileSync(path(PAGE), currentPage())
