/** `import … from 'react-native'`: as much as polyfills look at. */

export const Platform = { OS: 'ios' }
export const NativeModules = {}
