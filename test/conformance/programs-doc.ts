/** docs/guides/programs.md, made from the programs themselves: `npm run docs:programs`. A test sees to it that it is current. */

import { readFileSync, writeFileSync } from 'node:fs'
import { path } from './bundle.ts'
import { programs } from './facts/programs.ts'

export const FILE = path('docs/guides/programs.md')

const FOLDER = 'test/conformance/programs'

/** By subject, in the order in which the page shows them. */
export const PROGRAMS: Record<string, string[]> = {
  'AI chats': ['openai-chat', 'anthropic-chat', 'refused-chat', 'stop-button', 'busy-server', 'mcp-call'],
  'Several connections': ['each-once', 'progress', 'fresh-token', 'heartbeat'],
  'The end of a loop': ['first-match', 'collected', 'time-limit', 'subscription', 'disposal'],
  'What goes into a loop, and what comes out': [
    'typed-events',
    'given-response',
    'recording',
    'two-readers',
    'merged',
    'json-lines',
    'relay',
  ],
  'Other doors': ['own-reconnection', 'retriable-errors'],
}

/** The first comment, the exported function's, and the code without these. */
const PARTS = /^\/\*\* (?<title>.*) \*\/\n\n(?<before>[^]*?)\/\*\*(?<prose>(?:(?!\*\/)[^])*)\*\/\n(?<code>export [^]*)$/

interface Program {
  title: string
  /** What it is for, and why so. */
  prose: string
  code: string
}

/** The page as it should be. */
export function programsDoc(): string {
  const sections = Object.entries(PROGRAMS).map(
    ([subject, names]) => `## ${subject}\n\n${names.map(section).join('\n\n')}\n`,
  )
  return `# Programs

What programs do with event streams, in as few lines as it takes. Most are one \`for await\` loop, which
[Loops](../reference/loops.md) explains.

Each of them is a file of [${FOLDER}](../../${FOLDER}) that runs in Node 20 to 26, Deno, Bun and
Chromium's pages and workers. The lists say what is tested there: of the program, and of what the server saw.

${sections.join('\n')}`
}

/** A program as its file tells it. */
export function readProgram(name: string): Program {
  const source = readFileSync(path(`${FOLDER}/${name}.ts`), 'utf8')
  const { title, before, prose, code } = PARTS.exec(source)?.groups ?? {}
  if (title === undefined || prose === undefined) {
    throw new Error(`${name}.ts must begin with a title, and say of its function what that is for`)
  }
  return { title, prose: prose.replace(/^ \* ?|\n \* ?/g, '\n').trim(), code: `${before ?? ''}${code ?? ''}` }
}

/** What the suite shows of a program. */
export function factsOf(name: string): string[] {
  const beginning = `${name}: `
  return programs
    .map(({ title }) => title)
    .filter((title) => title.startsWith(beginning))
    .map((title) => title.slice(beginning.length))
}

function section(name: string): string {
  const { title, prose, code } = readProgram(name)
  const facts = factsOf(name).map((fact) => `- ${fact}`)
  return `### ${title}\n\n${prose}\n\n\`\`\`ts\n${code}\`\`\`\n\n${facts.join('\n')}`
}

if (process.argv[1] === import.meta.filename) writeFileSync(FILE, programsDoc())
