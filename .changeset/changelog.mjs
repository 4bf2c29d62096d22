/**
 * Turns a changeset into entries of CHANGELOG.md: one for each paragraph, which starts with its kind, such as `Added:`. .ci/release.mjs
 * sorts them under these kinds.
 */

export const KINDS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']

/**
 * @param {{ summary: string }} changeset
 * @throws if a paragraph does not start with a kind
 */
export async function getReleaseLine({ summary }) {
  const entries = summary.trim().split(/\n{2,}/)
  for (const entry of entries) {
    if (!KINDS.some((kind) => entry.startsWith(`${kind}: `))) {
      throw new Error(`A paragraph of a changeset must start with ${KINDS.join(':, ')}, got "${entry.slice(0, 60)}"`)
    }
  }
  return entries.map((entry) => `- ${entry.replaceAll('\n', '\n  ')}`).join('\n')
}

/** Returns nothing: a dependency that users notice has its own changeset. */
export async function getDependencyReleaseLine() {
  return ''
}

/**
 * Returns the changelog with the entries of its first version sorted by kind, and that version dated.
 *
 * @param {string} changelog as `changeset version` writes it
 * @param {string} date such as 2026-11-30
 */
export function sortByKind(changelog, date) {
  const [title = '', section = '', ...older] = changelog.split(/^(?=## )/m)
  // changesets inserts the version above the introduction.
  const [newest = '', ...introduction] = section.split(/\n\n(?=[A-Z])/)
  const [heading = ''] = newest.split('\n', 1)
  const entries = newest.split(/^(?=- )/m).slice(1)
  const sections = KINDS.map((kind) => {
    const ofKind = entries
      .filter((entry) => entry.startsWith(`- ${kind}: `))
      .map((entry) => entry.replace(/\n+(### .*)?\s*$/, '').replace(`- ${kind}: `, '- '))
      .map((entry) => entry.replace(/^- [a-z]/, (start) => start.toUpperCase()))
    return ofKind.length === 0 ? '' : `### ${kind}\n\n${ofKind.join('\n')}\n\n`
  })
  const intro = introduction.map((paragraph) => `${paragraph.trim()}\n\n`)
  return [title, ...intro, `${heading} - ${date}\n\n`, ...sections, ...older].join('')
}
