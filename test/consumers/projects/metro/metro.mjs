/**
 * Bundles main.js with Metro: `metro.mjs <preset> <tools> <output>`, where the preset is a Babel preset, `tools` the folder of
 * the installed tools, and `output` the folder for bundles. Prints for each case its bundle and the package entry points in it.
 */

import { createRequire } from 'node:module'
import { relative } from 'node:path'

const [, , preset, tools, output] = process.argv
const require = createRequire(`${tools}/package.json`)
const Metro = require('metro')
const { FileStore } = require('metro-cache')
const { getDefaultValues } = require('metro-config').getDefaultConfig
const ENTRY = /^dist\/(browser\/)?(index|fetch-event-source|shared|polyfill|polyfill\/force)\.c?js$/
const folder = import.meta.dirname
const root = createRequire(import.meta.url)
  .resolve('everysource/package.json')
  .replace('package.json', '')

// Like @react-native/metro-config 0.88 (devices only), @expo/metro-config 58 (ExpoMetroConfig.ts) and @expo/cli 58
// (withMetroMultiPlatform.ts). Metro adds `import` or `require`.
const FIELDS = { ios: ['react-native', 'browser', 'main'], web: ['browser', 'module', 'main'] }
const CONDITIONS = { ios: ['react-native'], web: ['browser'] }

const found = {}
for (const platform of ['ios', 'web']) {
  for (const hasExports of [true, false]) {
    const name = `${platform}, exports ${hasExports ? 'on' : 'off'}`
    found[name] = await bundle(platform, { unstable_enablePackageExports: hasExports })
  }
}
// Apps set this for packages without a React Native condition.
found['ios, with browser'] = await bundle('ios', {
  unstable_conditionNames: ['react-native', 'browser', 'require'],
})
// Metro's watcher may keep the process alive.
process.stdout.write(JSON.stringify(found), () => process.exit())

async function bundle(platform, resolver) {
  const config = Metro.mergeConfig(await getDefaultValues(folder), {
    projectRoot: folder,
    watchFolders: [folder, root, `${tools}/node_modules/metro-runtime`, `${tools}/node_modules/@babel/runtime`],
    maxWorkers: 1,
    cacheStores: [new FileStore({ root: `${output}/cache` })],
    reporter: { update() {} },
    resolver: {
      platforms: ['ios', 'android', 'web'],
      resolverMainFields: FIELDS[platform],
      unstable_conditionNames: CONDITIONS[platform],
      nodeModulesPaths: [`${tools}/node_modules`],
      useWatchman: false,
      ...resolver,
    },
    transformer: { babelTransformerPath: `${folder}/transformer.cjs` },
  })
  process.env.PRESET = require.resolve(preset)
  const entry = `${folder}/main.js`
  const { dependencies } = await Metro.buildGraph(config, { entries: [entry], platform, dev: false })
  const out = `${output}/${Object.keys(found).length}.js`
  await Metro.runBuild(config, { entry, platform, dev: false, minify: false, out })
  const files = [...dependencies.keys()].map((file) => relative(root, file))
  return { bundle: out, entries: files.filter((file) => ENTRY.test(file)).sort() }
}
