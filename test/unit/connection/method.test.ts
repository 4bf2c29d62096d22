/** The option `method`. */

import { describe, expect, it } from 'vitest'
import { readOptions } from '../../../src/connection/read-options.ts'

describe('method', () => {
  it.each([
    ['GET', 'GET'],
    ['get', 'GET'],
    ['HEAD', 'HEAD'],
    ['post', 'POST'],
    ['PUT', 'PUT'],
    ['patch', 'PATCH'],
    ['DELETE', 'DELETE'],
    ['options', 'OPTIONS'],
    ['QUERY', 'QUERY'],
  ])('%s is %s', (method, read) => {
    expect(readOptions({ method }).method).toBe(read)
  })

  it.each([
    ['FETCH', '"FETCH"'],
    ['CONNECT', '"CONNECT"'],
    ['TRACE', '"TRACE"'],
    ['', '""'],
    [' GET', '" GET"'],
    ['PO ST', '"PO ST"'],
    [null, 'null'],
    [1, '1'],
    [{}, 'an object'],
    [['POST'], 'an array'],
    [() => undefined, 'a function'],
  ])('may not be %s', (method, shown) => {
    const message = `The option "method" must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, QUERY, not ${shown}`
    expect(() => readOptions({ method })).toThrow(new TypeError(message))
  })
})
