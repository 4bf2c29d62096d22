/** Bundles the library with deliberate faults, to prove that the tests detect them. */

import { existsSync, readFileSync } from 'node:fs'
import { build, type BuildOptions, type BuildResult } from 'esbuild'
import ts from 'typescript'
import { path } from './conformance/bundle.ts'

/**
 * Replaces one named constant, function or member. Its code may change freely as long as its name and meaning stay:
 *
 * ```ts
 * { what: 'waits forever', module: 'src/x.ts', name: 'LIMIT', by: '() => Infinity' }
 * { what: 'sends twice', module: 'src/x.ts', name: 'Client.#send', by: '(send) => (url) => { send(url); send(url) }' }
 * ```
 */
export interface Mutation {
  /** Completes "a version that …". */
  what: string
  module: string
  /** A module constant, a function at any depth, or `Class.member`: a method, a getter, or a field with an initializer. */
  name: string
  /**
   * Source of a function that receives the original value or function and returns its replacement. It has access to the module's
   * scope, and in a class to `this` and its private members.
   */
  by: string
}

/** Bundles the library with all these mutations applied. The default entry is `src/index.ts`. */
export async function buildMutant(mutations: Mutation[], options: BuildOptions): Promise<BuildResult> {
  const modules = new Map<string, string>()
  for (const mutation of mutations) {
    const { module } = mutation
    if (!existsSync(path(module))) throw new Error(`Module ${module} is missing. Update its mutants`)
    modules.set(path(module), mutate(modules.get(path(module)) ?? readFileSync(path(module), 'utf8'), mutation))
  }
  const loaded = new Set<string>()
  const result = await build({
    entryPoints: [path('src/index.ts')],
    bundle: true,
    target: 'es2022',
    logLevel: 'error',
    plugins: [
      {
        name: 'mutate',
        setup({ onLoad }) {
          // Match only these modules: each call costs esbuild a round trip.
          const escaped = [...modules.keys()].map((file) => file.replace(/[^\w/]/g, '\\$&'))
          onLoad({ filter: new RegExp(`^(?:${escaped.join('|')})$`) }, (args) => {
            loaded.add(args.path)
            return { contents: modules.get(args.path) ?? '', loader: 'ts' }
          })
        },
      },
    ],
    ...options,
  })
  const unused = mutations.find(({ module }) => !loaded.has(path(module)))
  if (unused) throw new Error(`${unused.module} is not in the bundle, so its mutants would have no fault`)
  return result
}

/** Returns the module's source with the mutation applied. */
export function mutate(source: string, { module, name, by }: Omit<Mutation, 'what'>): string {
  const parsed = ts.createSourceFile(module, source, ts.ScriptTarget.ES2022, true)
  const [found, another] = namedIn(parsed).filter((thing) => thing.name === name)
  if (!found) throw new Error(`${module} has no constant, function or member "${name}". Rename it in its mutants too`)
  if (another) throw new Error(`${module} has more than one "${name}". Give the one to mutate a unique name`)

  const { node } = found
  const replacement = ts.isBlock(node)
    ? `{ return (${by})(${asArrow(node)})(...arguments) }`
    : `(${by})(${node.getText()})`
  return source.slice(0, node.getStart()) + replacement + source.slice(node.end)
}

/** The function as an arrow function, which keeps its `this`. */
function asArrow(body: ts.Block): string {
  const { parameters, modifiers, asteriskToken } = body.parent as ts.MethodDeclaration
  if (asteriskToken) throw new Error('Cannot replace a generator by an arrow function. Mutate a function that it calls')
  const isAsync = modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)
  const texts = parameters.filter((parameter) => parameter.name.getText() !== 'this').map((one) => one.getText())
  // The line break keeps a trailing comment from swallowing the parenthesis.
  return `${isAsync ? 'async ' : ''}(${texts.join(',\n')}\n) => ${body.getText()}`
}

interface Named {
  name: string
  /** Initializer of a constant or field, or the body of a function or method. */
  node: ts.Expression | ts.Block
}

function namedIn(parsed: ts.SourceFile): Named[] {
  const found: Named[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionDeclaration(node) && node.name && node.body) found.push({ name: node.name.text, node: node.body })
    if (ts.isVariableDeclaration(node) && node.initializer && node.parent.parent.parent === parsed) {
      found.push({ name: node.name.getText(), node: node.initializer })
    }
    if (ts.isClassElement(node) && node.name && ts.isClassLike(node.parent)) {
      const replaced = ts.isPropertyDeclaration(node) ? node.initializer : calledIn(node)
      const name = `${nameOf(node.parent)}.${node.name.getText().replace(/\s/g, '')}`
      if (replaced) found.push({ name, node: replaced })
    }
    ts.forEachChild(node, visit)
  }
  visit(parsed)
  return found
}

function calledIn(member: ts.ClassElement): ts.Block | undefined {
  return ts.isMethodDeclaration(member) || ts.isGetAccessor(member) ? member.body : undefined
}

/** A class expression takes its name from the variable or property it is assigned to. */
function nameOf({ name, parent }: ts.ClassLikeDeclaration): string {
  if (name) return name.text
  return ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent) ? parent.name.getText() : ''
}
