/** Finds the handlers of `open` and `error` events in documentation code, and calls them with an event. */

import { runInThisContext } from 'node:vm'
import ts from 'typescript'
import { ConnectionError, ErrorEvent, EventSource } from '../../src/index.ts'

const KINDS: Record<string, ts.ScriptKind> = {
  js: ts.ScriptKind.JS,
  jsx: ts.ScriptKind.JSX,
  ts: ts.ScriptKind.TS,
  tsx: ts.ScriptKind.TSX,
}

/** Texts that a handler passed to functions or assigned. */
export type Shown = string[]

/** Returns the scripts of a code block. In pages and components, they are between tags. */
export function scriptsOf(language: string, text: string): { language: string; text: string }[] {
  if (language !== 'html' && language !== 'vue') return language in KINDS ? [{ language, text }] : []
  return text
    .split('<script')
    .slice(1)
    .map((piece) => ({ language: 'js', text: piece.slice(piece.indexOf('>') + 1).split('</script>')[0] ?? '' }))
}

/** Returns a script's `on…` handlers and listeners for this type as JavaScript. */
export function handlersIn({ language, text }: { language: string; text: string }, type: string): string[] {
  const file = ts.createSourceFile(`block.${language}`, text, ts.ScriptTarget.ESNext, true, KINDS[language])
  const handlers: string[] = []
  const visit = (node: ts.Node): void => {
    const handler = handlerIn(node, type)
    if (handler) handlers.push(toJavaScript(handler, file))
    ts.forEachChild(node, visit)
  }
  visit(file)
  return handlers
}

function handlerIn(node: ts.Node, wanted: string): ts.Expression | undefined {
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    const { left, right } = node
    return ts.isPropertyAccessExpression(left) && left.name.text === `on${wanted}` ? right : undefined
  }
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined
  const [type, listener] = node.arguments
  const isWanted = type !== undefined && ts.isStringLiteralLike(type) && type.text === wanted
  return node.expression.name.text === 'addEventListener' && isWanted ? listener : undefined
}

/** Resolves a name to the function that the script declares. */
function toJavaScript(handler: ts.Expression, file: ts.SourceFile): string {
  let text = handler.getText(file)
  if (ts.isIdentifier(handler)) {
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionDeclaration(node) && node.name?.text === handler.text) text = node.getText(file)
      if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.name.text === handler.text)
        text = node.initializer?.getText(file) ?? text
      ts.forEachChild(node, visit)
    }
    visit(file)
  }
  // `with` requires sloppy mode.
  return ts
    .transpile(`(${text})`, { target: ts.ScriptTarget.ESNext })
    .replace(/^"use strict";|;\s*$/g, '')
    .trim()
}

/** Calls a handler with an event. Each undeclared name is a stub that supports reading, setting and calling anything. */
export function callHandler(handler: string, event: Event, readyState: number): Shown {
  const shown: Shown = []
  const stub = createStub(shown)
  const source = createStub(shown, { readyState, lastEventId: '', url: 'http://stub.test/' })
  const known: Record<string | symbol, unknown> = {
    ...{ ConnectionError, ErrorEvent, EventSource, JSON, Math, String, Number, Error, undefined },
    source,
  }
  const scope = new Proxy(known, {
    // Claims every name, to prevent lookups outside the scope.
    has: (_, name) => typeof name === 'string',
    get: (target, name) => (name === Symbol.unscopables ? undefined : name in target ? target[name] : stub),
  })
  // Called outside, because the scope would also shadow our variables.
  const evaluate = runInThisContext(`(function (scope) { with (scope) return ${handler} })`) as (
    scope: object,
  ) => (event: Event) => unknown
  evaluate(scope)(event)
  return shown
}

/** A stub that is both a function and an object. */
function createStub(shown: Shown, members: Record<string, unknown> = {}): unknown {
  const note = (value: unknown): void => {
    if (typeof value !== 'function') shown.push(value instanceof Error ? value.message : String(value))
  }
  const stub: unknown = new Proxy(() => undefined, {
    get: (_, name) =>
      name === Symbol.toPrimitive ? () => 'stub' : typeof name === 'string' && name in members ? members[name] : stub,
    set: (_, __, value) => {
      note(value)
      return true
    },
    apply: (_, __, values: unknown[]) => {
      values.forEach(note)
      return stub
    },
    construct: () => stub as object,
  })
  return stub
}
