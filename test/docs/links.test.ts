/** Links in the documentation point to existing files and headings. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { path } from '../conformance/bundle.ts'

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'test/README.md',
  ...readdirSync(path('docs'), { recursive: true, encoding: 'utf8' })
    .map((file) => join('docs', file))
    .filter((file) => file.endsWith('.md')),
]

/** Links to GitHub's pages of the repository, such as its actions and discussions. */
const LINK = /\]\((?!\w+:|\.\.\/\.\.\/(?:\.\.\/)?(?:actions|discussions|issues))([^)\s#]*)(?:#([^)\s]*))?\)/g

/** A page without its code blocks. */
function proseOf(page: string): string {
  return readFileSync(path(page), 'utf8').replace(/^( *)```[^]*?^\1```$/gm, '')
}

/** The anchors of its headings, as GitHub generates them. */
function anchorsOf(page: string): string[] {
  const anchors: string[] = []
  for (const [, heading = ''] of proseOf(page).matchAll(/^#+ (.*)$/gm)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = text.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')
    const same = anchors.filter((other) => other === anchor || other.startsWith(`${anchor}:`)).length
    anchors.push(same === 0 ? anchor : `${anchor}:${same}`)
  }
  return anchors.map((anchor) => anchor.replace(':', '-'))
}

test.for(PAGES)('%s', (page) => {
  const broken: string[] = []
  for (const [link, file = '', anchor] of proseOf(page).matchAll(LINK)) {
    const target = file === '' ? page : join(dirname(page), file)
    const isThere = existsSync(path(target))
    const hasAnchor = anchor === undefined || (isThere && target.endsWith('.md') && anchorsOf(target).includes(anchor))
    if (!isThere || !hasAnchor) broken.push(link)
  }
  expect(broken).toEqual([])
})

test('docs/README.md links to every page', () => {
  const linked = Array.from(proseOf('docs/README.md').matchAll(LINK), ([, file = '']) => join('docs', file))
  // The reference has its own index.
  const pages = PAGES.filter((page) => page.startsWith('docs') && !/^docs.(reference|api|README)/.test(page))
  expect(pages.filter((page) => !linked.includes(page))).toEqual([])
})
