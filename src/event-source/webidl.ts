/** Making classes look and convert as WebIDL says. */

/** Converts to a string; unlike with String(), symbols are a TypeError. */
export function toDOMString(value: unknown): string {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-template-expression -- it converts what is no string
  return `${value as string}`
}

/** Makes the members of a prototype enumerable, as attributes and operations of an interface are. */
export function makeEnumerable(prototype: object): void {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (name !== 'constructor') Object.defineProperty(prototype, name, { enumerable: true })
  }
}

/** Gives a class its name, whatever a minifier made of it, its `length`, and its `Symbol.toStringTag`. */
export function defineInterface(interfaceObject: { prototype: object }, name: string, length: number): void {
  Object.defineProperty(interfaceObject, 'name', { value: name, configurable: true })
  Object.defineProperty(interfaceObject, 'length', { value: length, configurable: true })
  Object.defineProperty(interfaceObject.prototype, Symbol.toStringTag, { value: name, configurable: true })
}

/** Defines constants on the interface object and its prototype: enumerable, not writable, not configurable. */
export function defineConstants(interfaceObject: { prototype: object }, constants: Record<string, number>): void {
  for (const [name, value] of Object.entries(constants)) {
    for (const target of [interfaceObject, interfaceObject.prototype]) {
      Object.defineProperty(target, name, { value, enumerable: true })
    }
  }
}
