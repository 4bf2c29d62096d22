/** Content-Type headers. */

const TOKEN = "[\\w!#$%&'*+.^`|~-]+"
const ESSENCE = new RegExp(`^[\\t\\n\\r ]*(${TOKEN}/${TOKEN})[\\t\\n\\r ]*(?:;|$)`)
const LIST_ITEM = /(?:[^",]|"(?:\\.|[^"\\])*"?)+/gs

/**
 * The MIME essence of a Content-Type header in lower case, without parameters; `undefined` where none is valid. Of several
 * values the last valid one counts. (Fetch standard, "extract a MIME type")
 */
export function mimeEssence(contentType: string): string | undefined {
  let essence: string | undefined
  for (const item of contentType.match(LIST_ITEM) ?? []) {
    const candidate = ESSENCE.exec(item)?.[1]
    if (candidate !== undefined && candidate !== '*/*') essence = candidate.toLowerCase()
  }
  return essence
}
