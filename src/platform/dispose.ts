/** What `using` and `await using` call. */

/** Defines a method under that symbol, where the runtime has it. */
export function defineDispose(prototype: object, symbol: 'dispose' | 'asyncDispose', dispose: () => unknown): void {
  if (!(symbol in Symbol)) return
  Object.defineProperty(dispose, 'name', { value: `[Symbol.${symbol}]`, configurable: true })
  Object.defineProperty(prototype, Symbol[symbol], { value: dispose, writable: true, configurable: true })
}
