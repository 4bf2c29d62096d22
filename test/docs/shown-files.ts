/** Code blocks that show a file: the line above such a block ends with a link to the file and a colon. */

import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { path } from '../conformance/bundle.ts'

const SHOWN = /\]\((?<link>[^)#]+)\):\n\n```\w*\n(?<code>[^]*?)```\n/g
/** Comments at the top of a file that say what it is for, or that only eslint reads. */
const OPENING = /^(?:\/\*[^]*?\*\/\n)+\n/

/** The page with the current text of each file of this folder that it shows. */
export function withCurrentFiles(page: string, folder: string): string {
  return readFileSync(path(page), 'utf8').replace(SHOWN, (all, link: string, code: string) => {
    const file = linkedFile(page, link)
    if (!file.startsWith(`${folder}/`)) return all
    const current = readFileSync(path(file), 'utf8').replace(OPENING, '')
    return `${all.slice(0, all.length - code.length - 4)}${current}\`\`\`\n`
  })
}

/** The files of this folder that the page shows, each with its block. */
export function shownFiles(page: string, folder: string): { file: string; code: string }[] {
  return Array.from(readFileSync(path(page), 'utf8').matchAll(SHOWN), ({ groups }) => ({
    file: linkedFile(page, groups?.link ?? ''),
    code: groups?.code ?? '',
  })).filter(({ file }) => file.startsWith(`${folder}/`))
}

function linkedFile(page: string, link: string): string {
  return posix.join(posix.dirname(page), link)
}
