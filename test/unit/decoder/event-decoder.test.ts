/** The decoder: the shared stream cases, size limits and byte order marks. */

import { describe, expect, it } from 'vitest'
import { EventDecoder, EventTooLargeError } from '../../../src/decoder/event-decoder.ts'
import { cutCase, type ExpectedEvent, streamCases } from '../../conformance/cases.ts'
import { bytes } from '../support/streams.ts'

/** A decoder that records its output. */
class Recorder {
  readonly events: ExpectedEvent[] = []
  readonly ids: string[] = []
  lastEventId = ''
  reconnectionTime: number | null = null
  readonly decoder: EventDecoder

  constructor(maxBufferSize = Infinity) {
    const sink = {
      message: (type: string, data: string, lastEventId: string) => {
        this.events.push({ type: type || 'message', data, lastEventId })
        this.lastEventId = lastEventId
      },
      id: (lastEventId: string) => {
        this.ids.push(lastEventId)
        this.lastEventId = lastEventId
      },
      retry: (reconnectionTime: number) => {
        this.reconnectionTime = reconnectionTime
      },
    }
    this.decoder = new EventDecoder(sink, maxBufferSize)
    this.decoder.begin('')
  }

  decode(...chunks: (string | number[])[]): this {
    for (const chunk of chunks) {
      this.decoder.decode(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : Uint8Array.from(chunk))
    }
    return this
  }

  get data(): string[] {
    return this.events.map(({ data }) => data)
  }
}

const SEED = Math.floor(Math.random() * 2 ** 32)

describe.each(['whole', 'as written', 'every byte', 'random'] as const)('stream cases split: %s', (cut) => {
  const seeds = cut === 'random' ? [SEED, SEED + 1, SEED + 2] : [SEED]
  const runs = seeds.flatMap((seed) => streamCases.map((expected, index) => ({ ...expected, index, seed })))

  it.each(runs)('$name (seed $seed)', ({ index, seed, events, lastEventId, reconnectionTime }) => {
    const recorder = new Recorder()
    for (const chunk of cutCase({ index, cut, seed })) recorder.decoder.decode(chunk)
    // Compared as strings, because vitest takes minutes to report a difference in 1 MiB.
    if (JSON.stringify(recorder.events).length < 100_000) expect(recorder.events).toEqual(events)
    else expect(JSON.stringify(recorder.events) === JSON.stringify(events)).toBe(true)
    expect(recorder.lastEventId).toBe(lastEventId)
    expect(recorder.reconnectionTime).toBe(reconnectionTime)
  })
})

it('a decoder is not affected by another one that decodes, and fails, within its callback', () => {
  const inner = new Recorder(10)
  const data: string[] = []
  const outer = new EventDecoder(
    {
      message: (_, text) => {
        data.push(text)
        expect(() => inner.decode(`id: ${text}\ndata: inner ${text}\n\n`, `data: ${'x'.repeat(99)}\n\n`)).toThrow(
          EventTooLargeError,
        )
        inner.decoder.begin('')
      },
      id: () => undefined,
      retry: (reconnectionTime) => data.push(`retry ${reconnectionTime}`),
    },
    Infinity,
  )
  outer.begin('')
  outer.decode(new TextEncoder().encode('data: 1\n\nretry: 5\nid: 9\ndata: 2\n\n'))
  expect(data).toEqual(['1', 'retry 5', '2'])
  expect(outer.lastEventId).toBe('9')
  expect(inner.data).toEqual(['inner 1', 'inner 2'])
  expect(inner.events.map(({ lastEventId }) => lastEventId)).toEqual(['1', '2'])
  expect(inner.reconnectionTime).toBeNull()
})

describe('byte order mark', () => {
  const BOM = [0xef, 0xbb, 0xbf]

  it('is not matched by its bytes read as Latin-1', () => {
    expect(new Recorder().decode('ï»¿data: 1\n\ndata: 2\n\n').data).toEqual(['2'])
    expect(new Recorder().decode(BOM, 'ï»¿data: 1\n\ndata: 2\n\n').data).toEqual(['2'])
  })

  it('may be followed directly by a line end', () => {
    expect(new Recorder().decode(BOM, '\ndata: 1\n\n').data).toEqual(['1'])
    expect(new Recorder().decode(BOM, '\r\ndata: 1\n\n').data).toEqual(['1'])
  })

  it.each([1, 2])('is removed from a stream that begins after %i bytes of another BOM', (cut) => {
    const recorder = new Recorder().decode(BOM.slice(0, cut))
    recorder.decoder.begin('')
    expect(recorder.decode(BOM, 'data: 1\n\n').data).toEqual(['1'])
  })

  it('is removed from each new stream', () => {
    const recorder = new Recorder().decode(BOM, 'data: 1\n\n')
    recorder.decoder.begin('')
    expect(recorder.decode(BOM, 'data: 2\n\n').data).toEqual(['1', '2'])
  })
})

describe('line ends', () => {
  it('CR at the end of one stream does not swallow the LF of the next', () => {
    const recorder = new Recorder().decode('data: 1\r\r')
    recorder.decoder.begin('')
    expect(recorder.decode('\ndata: 2\n\n').data).toEqual(['1', '2'])
  })
})

describe('IDs', () => {
  it('IDs of blocks without data are reported once at the end of the chunk', () => {
    const recorder = new Recorder().decode('id: 1\n\nid: 2\n\n')
    expect(recorder.ids).toEqual(['2'])
    expect(recorder.events).toEqual([])
  })

  it('are reported with a following message in the same chunk', () => {
    const recorder = new Recorder().decode('id: 1\n\ndata: x\n\n')
    expect(recorder.ids).toEqual([])
    expect(recorder.events).toEqual([{ type: 'message', data: 'x', lastEventId: '1' }])
  })

  it('the ID of a block without data is reported after an earlier message', () => {
    const recorder = new Recorder().decode('id: 1\ndata: x\n\nid: 2\n\n')
    expect(recorder.ids).toEqual(['2'])
  })

  it('are not reported if unchanged', () => {
    expect(new Recorder().decode('id: 1\ndata: x\n\n', 'id: 1\n\n').ids).toEqual([])
  })

  it('are reported if reset to an empty string', () => {
    expect(new Recorder().decode('id: 1\ndata: x\n\n', 'id\n\n').ids).toEqual([''])
  })

  it('are reported after their blank line', () => {
    const recorder = new Recorder().decode('id: 1\n')
    expect(recorder.ids).toEqual([])
    recorder.decode('\n')
    expect(recorder.ids).toEqual(['1'])
  })

  it('continue from the initial one of a stream', () => {
    const recorder = new Recorder()
    recorder.decoder.begin('7')
    recorder.decode('data: x\n\n')
    expect(recorder.events).toEqual([{ type: 'message', data: 'x', lastEventId: '7' }])
    expect(recorder.ids).toEqual([])
  })
})

describe('retry', () => {
  it('is reported at its line, before the message of its block', () => {
    const recorder = new Recorder().decode('data: 1\nretry: 5\n')
    expect(recorder.reconnectionTime).toBe(5)
    expect(recorder.events).toEqual([])
  })
})

describe('new stream', () => {
  it('discards an unfinished event with its type and ID', () => {
    const recorder = new Recorder().decode('id: 1\nevent: x\ndata: lost\ndata: also lo')
    recorder.decoder.begin('')
    recorder.decode('data: 1\n\n')
    expect(recorder.events).toEqual([{ type: 'message', data: '1', lastEventId: '' }])
  })

  it('discards an unfinished character', () => {
    const recorder = new Recorder().decode('data: ', [0xf0, 0x9f])
    recorder.decoder.begin('')
    expect(recorder.decode([0x9a, 0x80], 'data: no\n\ndata: 1\n\n').data).toEqual(['1'])
  })

  it('discards an unfinished byte order mark', () => {
    const recorder = new Recorder().decode([0xef, 0xbb])
    recorder.decoder.begin('')
    expect(recorder.decode([0xef, 0xbb, 0xbf], 'data: 1\n\n').data).toEqual(['1'])
  })

  it('accepts events again after one that was too large', () => {
    const recorder = new Recorder(10)
    expect(() => recorder.decode('data: 01234567890\n\n')).toThrow(EventTooLargeError)
    recorder.decoder.begin('')
    expect(recorder.decode('data: 1\n\n').data).toEqual(['1'])
  })
})

describe('stop()', () => {
  const REST = ': rest\nretry: 7\nid: 2\n\ndata: 2\n\nid: 3\n\n'

  /** Collects the reports of a decoder until this one, which stops it. */
  function reportsUntil(last: string): { decoder: EventDecoder; reports: string[] } {
    const reports: string[] = []
    const report = (what: string): void => {
      reports.push(what)
      if (what === last) decoder.stop()
    }
    const decoder = new EventDecoder(
      {
        message: (_, data) => {
          report(`message ${data}`)
        },
        id: (id) => {
          report(`id ${id}`)
        },
        retry: (ms) => {
          report(`retry ${ms}`)
        },
        comment: (text) => {
          report(`comment ${text}`)
        },
      },
      100_000,
      true,
    )
    decoder.begin('0')
    return { decoder, reports }
  }

  it.each([
    ['message 1', 'data: 1\n\n'],
    ['comment 1', ': 1\n'],
    ['retry 1', 'retry: 1\n'],
  ])('called within "%s" discards the rest of the chunk', (last, text) => {
    for (const settled of [REST, REST.replaceAll('\n', '\r\n'), REST.repeat(5_000)]) {
      const { decoder, reports } = reportsUntil(last)
      decoder.decode(bytes(text + settled))
      decoder.decode(bytes(REST))
      expect(reports).toEqual([last])
      expect(decoder.lastEventId).toBe('0')
    }
  })

  it('called within an ID report discards the next part of a large chunk', () => {
    const { decoder, reports } = reportsUntil('id 1')
    decoder.decode(bytes(`id: 1\n\n${':\n'.repeat(32_764)}${REST}`))
    expect(reports.at(-1)).toBe('id 1')
  })

  it('called between chunks discards everything until begin()', () => {
    const { decoder, reports } = reportsUntil('none')
    decoder.decode(bytes('data: unfinished\n'))
    decoder.stop()
    decoder.decode(bytes(`\n${REST}`))
    expect(reports).toEqual([])
    decoder.begin('4')
    decoder.decode(bytes('data: 1\n\n'))
    expect(reports).toEqual(['message 1'])
    expect(decoder.lastEventId).toBe('4')
  })

  it('called before an event that is too large prevents the error', () => {
    const { decoder, reports } = reportsUntil('message 1')
    const large = 'x'.repeat(100_001)
    for (const settled of [`data: ${large}\n\n`, `data: ${large}`, `id: ${large}\n\n`]) {
      decoder.begin('')
      decoder.decode(bytes(`data: 1\n\n${settled}`))
    }
    expect(reports).toEqual(['message 1', 'message 1', 'message 1'])
  })

  it('is not undone by a reset() before or after it', () => {
    const { decoder, reports } = reportsUntil('message 1')
    decoder.stop()
    decoder.reset()
    decoder.decode(bytes(REST))
    expect(reports).toEqual([])
    for (const calls of [
      ['reset', 'stop'],
      ['stop', 'reset'],
    ] as const) {
      const inner: EventDecoder = new EventDecoder(
        {
          message: (_, data) => {
            reports.push(data)
            for (const call of calls) inner[call]()
          },
          id: () => undefined,
          retry: () => undefined,
        },
        Infinity,
      )
      inner.begin('')
      inner.decode(bytes('data: a\n\ndata: b\n\n'))
      inner.decode(bytes('data: c\n\n'))
    }
    expect(reports).toEqual(['a', 'a'])
  })

  it('does not affect another decoder', () => {
    const { decoder: inner } = reportsUntil('message 1')
    const data: string[] = []
    const outer = new EventDecoder(
      {
        message: (_, text) => {
          data.push(text)
          inner.decode(bytes('data: 1\n\ndata: 2\n\n'))
        },
        id: () => undefined,
        retry: () => undefined,
      },
      Infinity,
    )
    outer.begin('')
    outer.decode(bytes('data: a\n\ndata: b\n\n'))
    expect(data).toEqual(['a', 'b'])
  })
})

describe('reset()', () => {
  it('reset() in a callback keeps complete events and discards the unfinished one', () => {
    const data: string[] = []
    const decoder: EventDecoder = new EventDecoder(
      {
        message: (_, text) => {
          data.push(text)
          if (text === '1') decoder.reset()
        },
        id: () => undefined,
        retry: () => undefined,
      },
      Infinity,
    )
    decoder.begin('')
    decoder.decode(bytes('id: 5\ndata: 1\n\ndata: 2\n\ndata: unfinished\n'))
    expect(decoder.lastEventId).toBe('5')
    decoder.decode(bytes('\n\ndata: 3\n\n'))
    expect(data).toEqual(['1', '2', '3'])
  })
})

describe('event larger than the limit', () => {
  it.each([
    ['in an endless line', ['data: 0123456789', '0123456789', '0123456789']],
    ['in many lines', ['data: 0123\n', 'data: 0123\n', 'data: 0123\n', 'data: 0123\n', 'data: 0123\n', 'data: 0123\n']],
    ['in an endless type', ['event: 012345678901234567890']],
    ['in an endless ID', ['id: 0123456789', '01234567890123456789']],
  ])('throws: %s', (_, chunks) => {
    expect(() => new Recorder(20).decode(...chunks)).toThrow(EventTooLargeError)
  })

  it('throws after the earlier messages have been reported', () => {
    const recorder = new Recorder(20)
    expect(() => recorder.decode('id: 1\ndata: 1\n\ndata: 2\n\ndata: 012345678901234567890123456789')).toThrow(
      EventTooLargeError,
    )
    expect(recorder.data).toEqual(['1', '2'])
  })

  it.each([
    ['data', 'data: ', 20, '\n\n'],
    ['lines of data', 'data: 123456789\ndata: ', 10, '\n\n'],
    ['type', 'data: x\nevent: ', 19, '\n\n'],
    ['id', 'data: x\nid: ', 19, '\n\n'],
  ])('exceeds the limit by one character of %s, split or not', (_, before, most, after) => {
    for (const cut of [1, 7, 1000]) {
      const decode = (length: number): Recorder => {
        const text = before + 'x'.repeat(length) + after
        const pieces = text.match(new RegExp(`[^]{1,${cut}}`, 'g')) ?? []
        return new Recorder(20).decode(...pieces)
      }
      expect(decode(most).data).toHaveLength(1)
      expect(() => decode(most + 1)).toThrow(EventTooLargeError)
    }
  })

  it.each([
    ['short lines', 'data\n', 20_000],
    ['lines split within their name', ['da', 'ta\n'], 20_000],
    ['lines between comments', `${':'.repeat(1_000)}\ndata\n`, 2_000],
  ])('counts its actual memory: %s', (_, text, most) => {
    const recorder = new Recorder(1_000_000)
    let lines = 0
    expect(() => {
      for (; lines < 10 * most; lines++) recorder.decode(...[text].flat())
    }).toThrow(EventTooLargeError)
    expect(lines).toBeLessThan(most)
  })

  it('is not caused by weeks of comments, split or not', () => {
    const recorder = new Recorder(1_000)
    for (let i = 0; i < 5_000; i++) recorder.decode(': ping', '\n', ':\n\n')
    expect(recorder.decode('data: 1\n\n').data).toEqual(['1'])
  })

  it('check creates no error object for unknown fields', () => {
    const { stackTraceLimit } = Error
    const recorder = new Recorder(1_000)
    let errors = 0
    // V8 reads this for each new error.
    Object.defineProperty(Error, 'stackTraceLimit', { configurable: true, get: () => (errors++, stackTraceLimit) })
    recorder.decode('abc: d\n'.repeat(1_000))
    Object.defineProperty(Error, 'stackTraceLimit', { configurable: true, writable: true, value: stackTraceLimit })
    expect(errors).toBe(0)
  })

  it('is measured in characters rather than bytes', () => {
    expect(new Recorder(20).decode('data: …………', '………\n\n').data).toEqual(['………………………'.slice(0, 7)])
  })

  it('is measured per event, so any number of small ones pass', () => {
    const recorder = new Recorder(20)
    for (let i = 0; i < 100; i++) recorder.decode('data: 0123456789\n\n')
    expect(recorder.events).toHaveLength(100)
  })

  it.each([
    ['comments', ':'],
    ['unknown fields', 'x'],
  ])('is not caused by %s, which take no memory', (_, start) => {
    const recorder = new Recorder(20).decode(start)
    for (let i = 0; i < 100; i++) recorder.decode('0123456789')
    expect(recorder.decode('\ndata: 1\n\n').data).toEqual(['1'])
  })
})
