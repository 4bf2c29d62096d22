/**
 * Checks the English of the docs, and of the comments and strings in the code: `npm run prose`. vocabulary.yml lists the wording to
 * avoid; a sentence in the docs may have 30 words. Arguments limit it to paths that start with them, such as `docs/guides`.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { TextlintKernel, type TextlintPluginCreator, type TextlintRuleModule } from '@textlint/kernel'
import markdownPlugin from '@textlint/textlint-plugin-markdown'
import textPlugin from '@textlint/textlint-plugin-text'
import maxWordCount from 'textlint-rule-en-max-word-count'
import prh from 'textlint-rule-prh'
import { path } from '../conformance/bundle.ts'
import { textsOf } from './texts.ts'

const MAX_WORDS = 30

/** Generated and vendored files, and the vocabulary itself. */
const NOT_OURS = /^(docs\/(api|reference\/api)\/|test\/prose\/vocabulary)|\/vendor\//

const kernel = new TextlintKernel()
const plugins = [
  { pluginId: 'markdown', plugin: exported<TextlintPluginCreator>(markdownPlugin) },
  { pluginId: 'text', plugin: exported<TextlintPluginCreator>(textPlugin) },
]
const vocabulary = {
  ruleId: 'vocabulary',
  rule: exported<TextlintRuleModule>(prh),
  options: { rulePaths: [path('test/prose/vocabulary.yml')], checkEmphasis: true, checkHeader: true, checkLink: true },
}
const sentences = {
  ruleId: 'sentence-length',
  rule: exported<TextlintRuleModule>(maxWordCount),
  options: { max: MAX_WORDS },
}

const beginnings = process.argv.slice(2)
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: path('.'),
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.(md|ts|tsx|js|mjs|html|yml)$/.test(file) && !NOT_OURS.test(file) && existsSync(path(file)))
  .filter((file) => beginnings.length === 0 || beginnings.some((beginning) => file.startsWith(beginning)))

let failed = 0
for (const file of files) {
  const source = readFileSync(path(file), 'utf8')
  const isPage = extname(file) === '.md'
  const { messages } = await kernel.lintText(isPage ? source : textsOf(source, file), {
    ext: isPage ? '.md' : '.txt',
    filePath: path(file),
    plugins,
    rules: isPage ? [vocabulary, sentences] : [vocabulary],
  })
  for (const { loc, message } of messages) {
    console.log(`  not ok: ${file}:${loc.start.line}:${loc.start.column}\n    ${message}`)
  }
  if (messages.length > 0) failed++
}
if (failed > 0) process.exitCode = 1
console.log(`${files.length - failed} passed, ${failed} failed`)

/** The default export of a CommonJS module, which Node may put one level deeper than its types say. */
function exported<T>(module: unknown): T {
  return ((module as { default?: T }).default ?? module) as T
}
