/** Babel with the preset that is asked for, for packages too, as React Native's transformer has it. */

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
