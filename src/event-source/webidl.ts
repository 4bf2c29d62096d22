/** Making classes look and convert as WebIDL says. */

/**
 * Makes a class an interface: its members are enumerable, and it has its name, whatever a minifier made of that.
 *
 * @param length of the constructor; none for what is not an interface of its own to the standard, such as the class of our `open`
 *   events, which are plain Events and say `[object Event]`
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
 * Gives an instance the prototype of its class back: in Firefox's content scripts (153) the platform's constructors return an
 * instance of their own class. (test/limits, "a platform that does not keep the prototype of a subclass")
 */
export function keepPrototype(instance: object, { prototype }: { prototype: object }): void {
  if (Object.getPrototypeOf(instance) !== prototype) Object.setPrototypeOf(instance, prototype)
}

/** Has the instances of a class show another constructor. Not the prototype: code that is compiled to ES5 asks it for the class. */
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
