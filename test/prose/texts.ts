/** The comments and strings of a program, at their places, for a linter of prose. */

import ts from 'typescript'

/** Identifiers, which a vocabulary of English must not judge. */
const CODE = /`[^`\n]*`/g

/** A text of the same length that has the program's comments and strings where they are, and blanks for all else. */
export function textsOf(source: string, file: string): string {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, false)
  const ranges = new Map<number, number>()
  const add = (start: number, end: number): void => void ranges.set(start, end)
  const visit = (node: ts.Node): void => {
    const comments = [
      ...(ts.getLeadingCommentRanges(source, node.pos) ?? []),
      ...(ts.getTrailingCommentRanges(source, node.end) ?? []),
    ]
    for (const { pos, end } of comments) add(pos, end)
    if (isText(node)) add(skipBlanks(source, node.pos), node.end)
    ts.forEachChild(node, visit)
  }
  visit(tree)

  let text = ''
  for (const [start, end] of [...ranges].sort(([one], [other]) => one - other)) {
    if (start < text.length) continue
    text += blank(source.slice(text.length, start)) + clean(source.slice(start, end))
  }
  return text + blank(source.slice(text.length))
}

/** A string with a blank in it; others are names. */
function isText(node: ts.Node): boolean {
  const isString = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
  return isString && node.text.includes(' ')
}

function skipBlanks(source: string, start: number): number {
  return start + (/^(?:\s|\/\/.*\n|\/\*[^]*?\*\/)*/.exec(source.slice(start))?.[0].length ?? 0)
}

/** A comment without the asterisks of its lines, which would separate words. */
function clean(text: string): string {
  const lines = text.startsWith('/*') ? text.replace(/\n( *)\*(?!\/)/g, '\n$1 ') : text
  return lines.replace(CODE, (code) => '·'.repeat(code.length))
}

function blank(code: string): string {
  return code.replace(/[^\n]/g, ' ')
}
