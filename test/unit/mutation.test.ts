import { transformSync } from 'esbuild'
import { readFileSync } from 'node:fs'
import { runInThisContext } from 'node:vm'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { path } from '../conformance/bundle.ts'
import { BROKEN as BROKEN_DECODERS } from '../hostile/fuzz/broken.ts'
import { MUTANTS as LEAKING } from '../hostile/leaks/mutants.ts'
import { BROKEN as BROKEN_LIFECYCLES } from '../hostile/lifecycle/broken.ts'
import { buildMutant, mutate } from '../mutation.ts'
import { FAULTS } from '../runtimes/faults.ts'

const SHOP = `
  import { readFileSync } from 'node:fs'
  const RATE: number = 2
  const names = new Set(['a'])
  export const has = (name: string): boolean => names.has(name)
  export function price(this: void, amount: number, { rate = RATE }: { rate?: number } = {}): number {
    return round(amount * rate)
    function round(exact: number): number { return Math.round(exact) }
  }
  export async function later<T>(value: T): Promise<T> { return value }
  export class Cart {
    #items: string[] = []
    readonly limit = 3
    static of(...items: string[]): Cart { const cart = new Cart(); for (const item of items) cart.add(item); return cart }
    get size(): number { return this.#items.length }
    set size(length: number) { this.#items.length = length }
    add(item: string): void { if (this.#mayAdd(item)) this.#items.push(item) }
    #mayAdd(item: string): boolean { return item !== '' && this.#items.length < this.limit }
    async first(): Promise<string | undefined> { return this.#items[0] }
    [Symbol.iterator]() { return this.#items.values() }
  }
  export const { Named } = { Named: class { one() { return 1 } } }
`

/** Equivalent code with different formatting, comments, parameters and locals. */
const REWRITTEN = `
  const RATE /* of exchange */ : number =
    // twice
    2
  const known = new Set(['a'])
  export const has
    = (wanted: string): boolean => known.has(wanted)
  /** Says the price. */
  export function price(
    sum: number, // {
    { rate: factor = RATE }: { rate?: number } = {},
  ): number
  {
    const unrounded = sum * factor // }
    return round(unrounded)
    function
    round(n: number): number { return Math.round(n) }
  }
  export async function later<Value>(it: Value): Promise<Value> {
    const result = it
    return result
  }
  export class Cart {
    #items: string[] = []
    readonly limit
      = 3
    static of(...all: string[]): Cart {
      const made = new Cart()
      all.forEach((one) => made.add(one))
      return made
    }
    get size(): number { const { length } = this.#items; return length }
    set size(to: number) { while (this.#items.length > to) this.#items.pop() }
    add(thing: string): void {
      // Not beyond the limit.
      if (!this.#mayAdd(thing)) return
      this.#items.push(thing)
    }
    #mayAdd(thing: string): boolean {
      if (thing === '') return false
      return this.#items.length < this.limit
    }
    async first(): Promise<string | undefined> { const [first] = this.#items; return first }
    [ Symbol.iterator ]() { return this.#items.values() }
  }
  export const { Named } = { Named: class { one() { const one = 1; return one } } }
`

interface Shop {
  has: (name: string) => boolean
  price: (amount: number, options?: { rate: number }) => number
  later: (value: unknown) => Promise<unknown>
  Cart: (new () => Cart) & { of: (...items: string[]) => Cart }
  Named: new () => { one: () => number }
}

interface Cart extends Iterable<string> {
  size: number
  limit: number
  add: (item: string) => void
  first: () => Promise<string | undefined>
}

function shop(source: string, name: string, by: string): Shop {
  const mutated = mutate(source, { module: 'src/shop.ts', name, by })
  const { code } = transformSync(mutated, { loader: 'ts', format: 'iife', globalName: 'shop' })
  return runInThisContext(`(() => { const require = () => ({}); ${code}; return shop })()`) as Shop
}

describe.each([
  ['as written', SHOP],
  ['with other formatting, comments, parameters and locals', REWRITTEN],
])('mutate on a module %s', (_how, source) => {
  it('replaces a constant', () => {
    expect(shop(source, 'RATE', '(rate) => rate + 1').price(10)).toBe(30)
    expect(shop(source, 'has', '(has) => (name) => !has(name)').has('a')).toBe(false)
  })

  it('replaces a function, which can call the original', () => {
    const { price } = shop(source, 'price', '(price) => (...args) => -price(...args)')
    expect([price(10), price(10, { rate: 3 })]).toEqual([-20, -30])
    expect(shop(source, 'price', '() => () => RATE').price(10)).toBe(2)
  })

  it('replaces a nested function', () => {
    expect(shop(source, 'round', '() => Math.floor').price(1.4)).toBe(2)
  })

  it('replaces an async function, which still returns a promise', async () => {
    const { later } = shop(source, 'later', '() => (value) => [value]')
    const promise = later(1)
    expect(promise).toBeInstanceOf(Promise)
    expect(await promise).toEqual([1])
    expect(await shop(source, 'later', '(later) => async (value) => [await later(value)]').later(1)).toEqual([1])
  })

  it('replaces static, private and async methods, which can use this and private members', async () => {
    const twice = shop(source, 'Cart.add', '(add) => (item) => { add(item); this.#items.push(item) }').Cart
    expect([...twice.of('a', '')]).toEqual(['a', 'a', ''])
    const { Cart } = shop(source, 'Cart.#mayAdd', "(mayAdd) => (item) => item === '' || mayAdd(item)")
    expect([...Cart.of('a', '')]).toEqual(['a', ''])
    expect([...shop(source, 'Cart.of', '(of) => (...items) => of(...items.reverse())').Cart.of('a', 'b')]).toEqual([
      'b',
      'a',
    ])
    const last = shop(source, 'Cart.first', '(first) => async () => this.#items.at(-1) ?? (await first())').Cart
    expect(await last.of('a', 'b').first()).toBe('b')
  })

  it('replaces a getter and keeps the setter', () => {
    const cart = shop(source, 'Cart.size', '(size) => () => -size()').Cart.of('a', 'b')
    cart.size = 1
    expect([...cart, cart.size]).toEqual(['a', -1])
  })

  it('replaces fields and computed methods', () => {
    expect([...shop(source, 'Cart.limit', '(limit) => limit - 2').Cart.of('a', 'b')]).toEqual(['a'])
    const { Cart } = shop(source, 'Cart.[Symbol.iterator]', '() => () => [].values()')
    expect([...Cart.of('a')]).toEqual([])
  })

  it('replaces a method of a class expression, named after its variable or property', () => {
    const { Named } = shop(source, 'Named.one', '(one) => () => one() + 1')
    expect(new Named().one()).toBe(2)
  })
})

describe('invalid mutation', () => {
  const mutateShop = (name: string) => () => mutate(SHOP, { module: 'src/shop.ts', name, by: '() => 0' })

  it.each(['rate', 'Cart.remove', 'Shop.add', 'mayAdd', 'Cart.mayAdd', 'readFileSync', 'cart'])(
    'reports that %s does not exist, with advice',
    (name) => {
      expect(mutateShop(name)).toThrow(
        `src/shop.ts has no constant, function or member "${name}". Rename it in its mutants too`,
      )
    },
  )

  it('reports that a name is not unique', () => {
    const source = `${SHOP} function outer() { function round() {} }`
    expect(() => mutate(source, { module: 'src/shop.ts', name: 'round', by: '() => 0' })).toThrow(
      'src/shop.ts has more than one "round"',
    )
  })

  it.each([
    ['src/shop.ts', 'RATE', 'Module src/shop.ts is missing. Update its mutants'],
    ['src/cli/visible.ts', 'visible', 'src/cli/visible.ts is not in the bundle, so its mutants would have no fault'],
  ])('reports that the module %s does not exist or is not bundled', async (module, name, message) => {
    const mutation = { what: 'shows nothing', module, name, by: "() => () => ''" }
    await expect(buildMutant([mutation], { write: false })).rejects.toThrow(message)
  })
})

describe('mutants of the library', () => {
  const all = [...FAULTS, ...BROKEN_DECODERS, ...LEAKING, ...BROKEN_LIFECYCLES]
  const normal = (source: string): string => transformSync(source, { loader: 'ts', minifyWhitespace: true }).code

  it.each(all)('$module: $name does not depend on formatting and comments', (mutation) => {
    const source = readFileSync(path(mutation.module), 'utf8')
    const parsed = ts.createSourceFile(mutation.module, source, ts.ScriptTarget.ES2022)
    const printed = ts.createPrinter({ removeComments: true }).printFile(parsed)
    const mutant = normal(mutate(source, mutation))
    expect(mutant).not.toBe(normal(source))
    expect(normal(mutate(printed, mutation))).toBe(mutant)
  })
})
