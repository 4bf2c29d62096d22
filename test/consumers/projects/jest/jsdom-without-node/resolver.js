/** Resolves like Jest 28 and 29, which add the condition `node` only in the node environment. */

const OMITTED = ['node', 'module-sync']

module.exports = (request, options) =>
  options.defaultResolver(request, {
    ...options,
    conditions: options.conditions?.filter((condition) => !OMITTED.includes(condition)),
  })
