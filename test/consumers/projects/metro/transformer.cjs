/** Babel with the given preset, also applied to packages, like React Native's transformer. */

const { transformFromAstSync, parseSync } = require(require.resolve('@babel/core', { paths: [process.env.PRESET] }))

module.exports.transform = ({ filename, options, plugins, src }) => {
  const babel = {
    ast: true,
    babelrc: false,
    configFile: false,
    caller: { name: 'metro', bundler: 'metro', platform: options.platform },
    cloneInputAst: false,
    code: false,
    filename,
    plugins,
    presets: [[process.env.PRESET, { enableBabelRuntime: false }]],
    sourceType: 'unambiguous',
  }
  const { ast, metadata } = transformFromAstSync(parseSync(src, babel), src, babel)
  return { ast, metadata }
}
