/** Responses of hostile servers. */

import type { Socket } from 'node:net'

/** Head of a valid response whose body ends when the connection closes. */
export const GOOD_HEAD = head(200, ['Content-Type: text/event-stream', 'Connection: close'])

export function head(status: number, fields: readonly string[]): string {
  return [`HTTP/1.1 ${status} Whatever`, ...fields, '', ''].join('\r\n')
}

/** Sends a valid response that stays open. */
export function stream(socket: Socket, body: string | Buffer = ''): void {
  socket.write(GOOD_HEAD)
  if (body.length > 0) socket.write(body)
}

/** Sends a valid response and closes it. */
export function streamAndEnd(socket: Socket, body: string): void {
  socket.end(GOOD_HEAD + body)
}

export function redirect(socket: Socket, status: number, location: string): void {
  socket.end(head(status, [`Location: ${location}`, 'Content-Length: 0', 'Connection: close']))
}

/** Writes forever, as fast as the client reads. */
export function pour(socket: Socket, block: Buffer | (() => Buffer | string)): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(typeof block === 'function' ? block() : block));
  }
  socket.on('drain', more)
  more()
}

/** About 256 KiB of repeated text. */
export function blockOf(text: string): Buffer {
  return Buffer.from(text.repeat(Math.ceil(2 ** 18 / Buffer.byteLength(text))))
}
