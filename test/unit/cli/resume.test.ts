/** The command that resumes a stream, and escaping of server text. */

import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { readArguments } from '../../../src/cli/arguments.ts'
import { resumption } from '../../../src/cli/resume.ts'
import { visible, visibleJSON, visibleLine } from '../../../src/cli/visible.ts'

const URL = 'http://a.test/s'

function resumed(args: string[], id = '7'): ReturnType<typeof resumption> {
  const read = readArguments(args)
  if (typeof read === 'string' || 'replay' in read) throw new Error('Not a request')
  return resumption(read, id)
}

describe('resumption', () => {
  it('does not overwrite a recording', () => {
    expect(resumed([URL, '--record', 'a.jsonl', '--json']).command).toBe(
      `npx everysource ${URL} --json --last-event-id=7`,
    )
  })

  it('repeats the command with the last event ID', () => {
    expect(resumed(['-X', 'POST', '-d', '@b.json', '--json', URL, '--last-event-id', '3', '--max=2'])).toEqual({
      command: `npx everysource ${URL} --method POST --data @b.json --json --max 2 --last-event-id=7`,
      hides: false,
    })
  })

  it('quotes arguments for a shell', () => {
    const args = [`${URL}?a=1&b=$(id)`, '-H', `X: it's "so" \\ * ~ !`, '--data=-x\ny', '--type', 'é ü']
    const { command } = resumed(args, `-1 'id'`)
    const words = execFileSync('sh', ['-c', `printf '%s\\0' ${command}`])
      .toString()
      .split('\0')
    expect(words.slice(0, -1)).toEqual([
      'npx',
      'everysource',
      `${URL}?a=1&b=$(id)`,
      '--header',
      `X: it's "so" \\ * ~ !`,
      '--data=-x\ny',
      '--type',
      'é ü',
      `--last-event-id=-1 'id'`,
    ])
  })

  it.each([
    [['-H', 'Authorization: Bearer s3cret', URL], "--header 'Authorization: <hidden>'"],
    [['-H', 'cookie: s3cret', URL], "--header 'cookie: <hidden>'"],
    [['-H', 'X-API-Key: s3cret', URL], "--header 'X-API-Key: <hidden>'"],
    [['-H', 'X-Jwt: s3cret', URL], "--header 'X-Jwt: <hidden>'"],
    [['http://me:s3cret@a.test/'], "'http://<hidden>@a.test/'"],
    [['http://me:pa@s3cret@a.test/x'], "'http://<hidden>@a.test/x'"],
    [['http://s3cret@a.test'], "'http://<hidden>@a.test/'"],
    [['http:///s3cret@a.test'], "'http://<hidden>@a.test/'"],
    [['http://a.test/#access_token=s3cret&page=1'], "'http://a.test/#access_token=<hidden>&page=1'"],
    [['http://a.test/#/back?code=s3cret'], "'http://a.test/#/back?code=<hidden>'"],
    [['http://a.test/?%74oken=s3cret&b=c%20d'], "'http://a.test/?%74oken=<hidden>&b=c%20d'"],
    [['http://a.test/?page=1&page=2&%zz+sid=s3cret'], '%zz+sid=<hidden>'],
    ...['jwt', 'pass', 'pwd', 'sid', 'credential', 'code', 'connect.sid', 'PHPSESSID', 'X-Amz-Credential'].map(
      (name): [string[], string] => [[`${URL}?${name}=s3cret=s3cret`], `'${URL}?${name}=<hidden>'`],
    ),
    [['http://a.test/?access_token=s3cret&page=1#x'], "'http://a.test/?access_token=<hidden>&page=1#x'"],
    [['http://a.test/?page=1&key=s3cret'], "'http://a.test/?page=1&key=<hidden>'"],
  ])('hides values whose names suggest a secret: %j', (args, shown) => {
    const { command, hides } = resumed(args)
    expect(command).toContain(shown)
    expect(command).not.toContain('s3cret')
    expect(hides).toBe(true)
  })

  it('keeps other headers and parameters', () => {
    const { command, hides } = resumed(['-H', 'Accept-Language: de', 'http://a.test?keyword=x&side=é&zipcode=1#a'])
    expect(command).toContain("'Accept-Language: de'")
    expect(command).toContain('http://a.test?keyword=x&side=é&zipcode=1#a')
    expect(hides).toBe(false)
  })
})

describe('visible', () => {
  it('escapes control characters', () => {
    expect(visible('a\u001b[2J\u0007\u009b1m\r\u007f\0b\n\tc')).toBe('a\\x1b[2J\\x07\\x9b1m\\x0d\\x7f\\x00b\n\tc')
    expect(visible('abc\u202Edcba')).toBe('abc\\u202edcba')
    expect(visible('é 漢 🙂')).toBe('é 漢 🙂')
    expect(visibleLine('a\nb\tc')).toBe('a\\nb c')
  })

  it('keeps the value of JSON', () => {
    const value = { data: '\u001b[31m \u009b \u007f \u202E "x"\n' }
    const json = visibleJSON(JSON.stringify(value))
    expect(JSON.parse(json)).toEqual(value)
    expect(visible(json)).toBe(json)
  })
})
