/** Makes classes look and behave like WebIDL interfaces. */

/**
 * Makes a class look like an interface: enumerable members, and its name even after minification.
 *
 * @param length of the constructor. Omit it for classes that the standard does not define, such as that of `open` events, which
 *   are plain Events and stringify to `[object Event]`
 */
export function defineInterface(interfaceObject: { prototype: object }, name: string, length?: number): void {
  const { prototype } = interfaceObject
  const define = (target: object, key: string | symbol, value: unknown): void => {
    Object.defineProperty(target, key, { value, configurable: true })
  }
  for (const member of Object.getOwnPropertyNames(prototype)) {
    if (member !== 'constructor') Object.defineProperty(prototype, member, { enumerable: true })
  }
  define(interfaceObject, 'name', name)
  if (length === undefined) return
  define(interfaceObject, 'length', length)
  define(prototype, Symbol.toStringTag, name)
}

/**
 * Restores the prototype of an instance. Firefox 153, content scripts: the platform's constructors return an instance of their
 * own class. (test/limits, "a platform that does not keep the prototype of a subclass")
 */
export function keepPrototype(instance: object, { prototype }: { prototype: object }): void {
  if (Object.getPrototypeOf(instance) !== prototype) Object.setPrototypeOf(instance, prototype)
}

/** Shows another `constructor` on the instances of a class. Not on the prototype, where code compiled to ES5 reads the class. */
export function showConstructor(interfaceObject: { prototype: object }, shown: unknown): void {
  const { prototype } = interfaceObject
  Object.defineProperty(prototype, 'constructor', {
    get: function (this: unknown) {
      return this === prototype ? interfaceObject : shown
    },
    configurable: true,
  })
}

/** Defines constants on the interface object and its prototype: enumerable, not writable, not configurable. */
export function defineConstants(interfaceObject: { prototype: object }, constants: Record<string, number>): void {
  for (const [name, value] of Object.entries(constants)) {
    for (const target of [interfaceObject, interfaceObject.prototype]) {
      Object.defineProperty(target, name, { value, enumerable: true })
    }
  }
}
