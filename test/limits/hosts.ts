/**
 * Hosts with stubbed globals: SSR environments, mini-program adapters, hardened realms. Each global that the package reads is
 * replaced, one at a time; connections must still work, or report the missing global.
 */

import assert from 'node:assert/strict'
import type { Tally } from '../tally.ts'
import { BROWSER_BUILD, BUILDS } from './builds.ts'
import { REQUIRED_BY } from './missing.ts'
import { changed, PARTS } from './realms.ts'
import { USES } from './uses.ts'

type Host = PropertyDescriptorMap

/** Timeout for an outcome, in ms. */
const TIMEOUT = 30_000

const fail = (): never => {
  throw new Error('a stub')
}

/** Replacements for a global. */
const STUBS: Record<string, PropertyDescriptor> = {
  'a getter that throws': { get: fail },
  'an empty object': { value: {} },
  'a function that throws': { value: fail },
}

/** An object whose members all throw when read. */
const hostile = new Proxy({}, { get: fail, has: fail })

/** An object with throwing members. */
function throwing(...names: string[]): object {
  return Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { get: fail }])))
}

const value = (given: unknown): PropertyDescriptor => ({ value: given })
const getter: PropertyDescriptor = { get: fail }

/** Other replacements: hosts' own globals, and single members of globals. */
const HOSTS: Record<string, Host> = {
  'location without a URL': { location: value({ href: '' }) },
  'location without href': { location: value({}) },
  'location that throws': { location: getter },
  'location.href that throws': { location: value(throwing('href')) },
  'location that is a string': { location: value('/path') },
  'document that is empty': { document: value({}) },
  'document that throws': { document: getter },
  'document whose members all throw': { document: value(hostile) },
  'document without a base that parses': { document: value({ baseURI: '', characterSet: 'UTF-8' }) },
  'document.baseURI that throws': { document: value(throwing('baseURI')) },
  'document.baseURI that is not a string': { document: value({ baseURI: 1 }) },
  'document of another encoding, without elements': { document: value({ characterSet: 'windows-1252' }) },
  'document of another encoding, with stubs of elements': {
    document: value({ characterSet: 'windows-1252', createElement: () => Object.freeze({}) }),
  },
  'document.characterSet that throws': { document: value(throwing('characterSet')) },
  'document.addEventListener that throws': {
    document: value({ addEventListener: fail }),
    addEventListener: value(fail),
  },
  'document without MessageChannel or setImmediate': {
    document: value({}),
    MessageChannel: value(undefined),
    setImmediate: value(undefined),
  },
  "document with Node's MessageChannel, without setImmediate": { document: value({}), setImmediate: value(undefined) },
  'addEventListener that throws': { addEventListener: value(fail), navigator: value({ onLine: true }) },
  'importScripts that throws': { importScripts: getter },
  'navigator whose members throw': { navigator: value(throwing('onLine', 'product')) },
  'navigator whose members throw, and no process': {
    navigator: value(throwing('onLine', 'product')),
    process: value(undefined),
  },
  'performance without now': { performance: value({ timeOrigin: 0 }) },
  'performance.now that throws': { performance: value({ now: fail }) },
  'performance.nodeTiming that throws': { performance: value(throwing('nodeTiming')) },
  'performance.nodeTiming.uvMetricsInfo that throws': {
    performance: value({ now: () => 1, nodeTiming: throwing('uvMetricsInfo') }),
  },
  'performance.nodeTiming.uvMetricsInfo that is missing': {
    performance: value({ now: () => 1, nodeTiming: { uvMetricsInfo: undefined } }),
  },
  'process.getBuiltinModule that throws': { process: value({ versions: process.versions, getBuiltinModule: fail }) },
  'process.getBuiltinModule with stubs of modules': {
    process: value({ versions: process.versions, getBuiltinModule: () => ({}) }),
  },
  'process.versions that throws': { process: value(throwing('versions', 'getBuiltinModule')) },
  'process whose members all throw': { process: value(hostile) },
  'Bun that throws': { Bun: getter },
  'WebSocketPair that throws': { WebSocketPair: getter },
  'EventSource that throws': { EventSource: getter },
  'reportError that throws when it is read': { reportError: getter },
}

export async function checkHosts(tally: Tally, url: string): Promise<void> {
  for (const [build, load] of Object.entries({ ...BUILDS, 'browser build': BROWSER_BUILD })) {
    const isDefault = load !== BROWSER_BUILD
    const suite = tally.suite(`hosts, ${build}`)
    /** @param needed the replaced global, which some uses may require */
    const check = async (name: string, host: Host, needed = ''): Promise<void> => {
      await suite.run(name, async () => {
        const loaded = await load(changed(host))
        for (const [what, use] of Object.entries(USES)) {
          const outcome = await inTime(use(loaded, url), what)
          if (REQUIRED_BY[needed]?.includes(what))
            assert.match(Object.values(outcome).join(), /runtime (?:lacks|has no)\b/, what)
          else assert.deepEqual(outcome, { data: 'hello' }, what)
        }
      })
    }
    for (const part of PARTS.filter((name) => !/\./.test(name))) {
      const isNeeded = part in REQUIRED_BY
      // Browsers have all globals that this build needs.
      if ((isNeeded || part === 'DOMException') && !isDefault) continue
      for (const [stub, descriptor] of Object.entries(STUBS)) {
        // An existing function is called, because probing it would have side effects.
        if ((isNeeded || part === 'setImmediate') && stub === 'a function that throws') continue
        await check(`${part} is ${stub}`, { [part]: descriptor }, part)
      }
    }
    for (const [name, host] of Object.entries(HOSTS)) await check(name, host)
    suite.end()
  }
}

async function inTime<T>(outcome: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what}: timed out`))
    }, TIMEOUT)
  })
  try {
    return await Promise.race([outcome, late])
  } finally {
    clearTimeout(timer)
  }
}
