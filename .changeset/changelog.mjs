/** How a changeset becomes an entry of CHANGELOG.md: as it is written, without the commit. */

/** @param {{ summary: string }} changeset */
export function getReleaseLine({ summary }) {
  return Promise.resolve(`- ${summary.trim().replaceAll('\n', '\n  ')}`)
}

/** A new version of a dependency that is worth an entry has a changeset of its own. */
export function getDependencyReleaseLine() {
  return Promise.resolve('')
}
