/** Node, jsdom, and jsdom plus Node globals, without the flag for ESM. */

const common = { rootDir: __dirname, transform: {} }

module.exports = {
  rootDir: __dirname,
  projects: [
    { ...common, displayName: 'node', testEnvironment: 'node', testMatch: ['**/node/*.test.js'] },
    {
      ...common,
      displayName: 'babel',
      testEnvironment: 'node',
      testMatch: ['**/babel/*.test.js'],
      transform: { '\\.js$': ['babel-jest', { plugins: ['@babel/plugin-transform-modules-commonjs'] }] },
    },
    { ...common, displayName: 'jsdom', testEnvironment: 'jsdom', testMatch: ['**/jsdom/*.test.js'] },
    {
      ...common,
      displayName: 'jsdom plus Node globals',
      testEnvironment: './jsdom-of-node/environment.js',
      testMatch: ['**/jsdom-of-node/*.test.js'],
    },
    {
      ...common,
      displayName: 'jsdom plus Node globals, without the condition node',
      testEnvironment: './jsdom-of-node/environment.js',
      resolver: './jsdom-without-node/resolver.js',
      testMatch: ['**/jsdom-without-node/*.test.js'],
    },
  ],
}
