import fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMember } from '../../../src/shared/member.ts'
import { buildMutant } from '../../mutation.ts'
import { BROKEN } from './broken.ts'
import { command, play, type Command } from './play.ts'

/** For a long run: `GROUP_RUNS=5000 npx vitest run --project unit test/unit/shared/group.test.ts`. */
const RUNS = Number(process.env['GROUP_RUNS'] ?? 150)

/** Each fault shows with at least one of these. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]

const commands = fc.tuple(fc.integer(), fc.array(command, { minLength: 5, maxLength: 40 }))

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('a group of members', () => {
  it('receives each message once and in order, and always has one leader', async () => {
    const property = fc.asyncProperty(commands, async ([seed, steps]) => {
      expect(await play(createMember, seed, steps)).toEqual([])
    })
    // Shrinking would take longer than a test may.
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true })
  })

  it('receives each message at most once if the stream has no IDs, and reports a loss', async () => {
    const steps: Command[] = [
      { kind: 'join' },
      { kind: 'wait', ms: 100 },
      { kind: 'send', count: 3 },
      { kind: 'wait', ms: 100 },
      { kind: 'close', index: 0 },
      { kind: 'send', count: 5 },
      { kind: 'wait', ms: 1_000 },
    ]
    expect(await play(createMember, 1, steps, false)).toEqual([])
  })
})

describe('a version of a member', () => {
  const folder = mkdtempSync(join(tmpdir(), 'everysource-members-'))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(BROKEN)('that $what is noticed', async ({ steps, ...mutation }) => {
    const outfile = join(folder, `${BROKEN.findIndex(({ what }) => what === mutation.what)}.mjs`)
    vi.useRealTimers()
    await buildMutant([mutation], { entryPoints: ['src/shared/member.ts'], outfile, format: 'esm' })
    const broken = (await import(pathToFileURL(outfile).href)) as { createMember: typeof createMember }
    vi.useFakeTimers()
    const faultsOf = async (create: typeof createMember): Promise<string[]> => {
      const faults = []
      for (const seed of SEEDS) faults.push(...(await play(create, seed, steps)))
      return faults
    }
    expect(await faultsOf(createMember)).toEqual([])
    expect(await faultsOf(broken.createMember)).not.toEqual([])
  })
})
