/** Resolves as Jest 28 and 29 do, which add the condition `node` in Node's environment only. */

const OMITTED = ['node', 'module-sync']

module.exports = (request, options) =>
  options.defaultResolver(request, {
    ...options,
    conditions: options.conditions?.filter((condition) => !OMITTED.includes(condition)),
  })
