/** Extracts the prose of programs, web pages and configuration files. All texts keep their positions; blanks replace the rest. */

import { extname } from 'node:path'
import ts from 'typescript'

/** Code in comments and strings, and in template literals. */
const CODE = /`[^`\n]*`/g
const CODE_IN_TEMPLATE = /\\`.*?\\`/g

/** Markup in HTML, and elements without prose. */
const MARKUP = /<(script|style|code|pre)\b[^]*?<\/\1>|<[^>]*>/g

/** Returns a text of the same length with the prose of a file, and blanks in place of everything else. */
export function textsOf(source: string, file: string): string {
  const extension = extname(file)
  if (extension === '.html') return source.replace(MARKUP, blank)
  if (extension === '.yml') return mask(source, CODE)
  return textsOfProgram(source, file)
}

/** The comments, and the strings that contain a space; other strings are names. */
function textsOfProgram(source: string, file: string): string {
  const texts = new Map<number, string>()
  const visit = (node: ts.Node): void => {
    const comments = [
      ...(ts.getLeadingCommentRanges(source, node.pos) ?? []),
      ...(ts.getTrailingCommentRanges(source, node.end) ?? []),
    ]
    for (const { pos, end } of comments) texts.set(pos, proseOfComment(source.slice(pos, end)))
    if (isText(node)) {
      const start = skipBlanks(source, node.pos)
      const text = source.slice(start, node.end)
      texts.set(start, /^[`}]/.test(text) ? mask(text, CODE_IN_TEMPLATE).replaceAll('`', ' ') : mask(text, CODE))
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, false))

  let result = ''
  for (const [start, text] of [...texts].sort(([one], [other]) => one - other)) {
    if (start >= result.length) result += blank(source.slice(result.length, start)) + text
  }
  return result + blank(source.slice(result.length))
}

function isText(node: ts.Node): boolean {
  const isString = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
  return isString && node.text.includes(' ')
}

function skipBlanks(source: string, start: number): number {
  return start + (/^(?:\s|\/\/.*\n|\/\*[^]*?\*\/)*/.exec(source.slice(start))?.[0].length ?? 0)
}

/** Replaces the asterisks at the start of lines, which would separate words. */
function proseOfComment(text: string): string {
  return mask(text.startsWith('/*') ? text.replace(/\n( *)\*(?!\/)/g, '\n$1 ') : text, CODE)
}

function mask(text: string, code: RegExp): string {
  return text.replace(code, (match) => '·'.repeat(match.length))
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}
