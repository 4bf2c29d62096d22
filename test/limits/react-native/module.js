/** `import … from 'react-native'`: the part that polyfills use. */

export const Platform = { OS: 'ios' }
export const NativeModules = {}
