/** Prints the tour: lines that start with the stream's path, in color if the terminal supports it. */

import type { WriteStream } from 'node:tty'
import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** The length of the longest path. */
const PATH_WIDTH = '/events/unframed'.length
const LABEL_WIDTH = 'connecttime'.length

const LABEL_FORMATS: Record<string, Format> = {
  CONNECTING: 'yellow',
  OPEN: 'green',
  CLOSED: 'red',
  server: 'magenta',
}

export interface Terminal {
  print: (text?: string) => void
  heading: (text: string) => void
  /** Prints a line for a stream. The label is a state, an event type, or `server`. */
  line: (path: string, label: string, text?: string) => void
  /** Prints a text that grows in place until another line is printed. */
  grow: (path: string, label: string, text: string) => void
}

export function createTerminal(output: NodeJS.WritableStream | WriteStream): Terminal {
  // `styleText` checks for a terminal, NO_COLOR and FORCE_COLOR.
  const style = (format: Format, text: string) => styleText(format, text, { stream: output })
  /** The line printed by `grow`, if it is the last one. */
  let growing: { path: string; text: string } | undefined

  const start = (path: string, label: string) =>
    `  ${style('cyan', path.padEnd(PATH_WIDTH))}  ${style(LABEL_FORMATS[label] ?? 'bold', label.padEnd(LABEL_WIDTH))}  `

  const print = (text = '') => {
    if (growing) output.write('\n')
    growing = undefined
    output.write(`${text}\n`)
  }

  return {
    print,
    heading: (text) => {
      print()
      print(style('bold', text))
    },
    line: (path, label, text = '') => {
      print((start(path, label) + (label === 'server' ? style('dim', text) : text)).trimEnd())
    },
    grow: (path, label, text) => {
      if (growing?.path === path && text.startsWith(growing.text)) output.write(text.slice(growing.text.length))
      else output.write(`${growing ? '\n' : ''}${start(path, label)}${text}`)
      growing = { path, text }
    },
  }
}
