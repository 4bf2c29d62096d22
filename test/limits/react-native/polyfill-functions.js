/** `import … from 'react-native/Libraries/Utilities/PolyfillFunctions'`: defines a global lazily. */

export function polyfillGlobal(name, getValue) {
  Object.defineProperty(globalThis, name, { get: getValue, configurable: true })
}
