/** Steps and permissions of the GitHub workflows. */

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { STEPS } from '../steps.mjs'
import { check, ROOT } from './check.ts'
import { createWorkflowLinter } from './workflow-parser.ts'

interface Workflow {
  on: Record<string, unknown>
  permissions?: unknown
  concurrency?: Record<string, unknown>
  jobs: Record<string, Job>
}

interface Job {
  strategy: { matrix: { os?: string[]; node?: number[]; include?: { name: string; steps: string }[] } }
  permissions?: unknown
  'timeout-minutes'?: number
  'runs-on': string
  steps: { run?: string; with?: Record<string, unknown>; env?: Record<string, string> }[]
}

const FOLDER = new URL('.github/workflows/', ROOT)

/** Mistakes that the linter must report: a text in test.yml and its replacement. */
const MISTAKES: [mistake: string, text: string, replacement: string][] = [
  ['a misspelled key', 'runs-on:', 'run-on:'],
  ['a misspelled permission', 'contents: read', 'contents: reed'],
  ['a timeout that is not a number', 'timeout-minutes: 30', 'timeout-minutes: half'],
  ['an incomplete expression', '${{ matrix.node }}', '${{ matrix.node + }}'],
  ['an unknown context', '${{ matrix.node }}', '${{ matric.node }}'],
  ['a job that depends on an unknown one', '  full:\n', '  full:\n    needs: quik\n'],
  ['a step without an action', 'run: npm test', 'working-directory: test'],
  ['wrong indentation', '    steps:\n', '   steps:\n'],
]

export async function checkWorkflows(): Promise<void> {
  const lint = await createWorkflowLinter()
  for (const file of await readdir(FOLDER)) {
    await check(`${file} is a valid workflow`, async () => {
      assert.deepEqual(await lint(await readFile(new URL(file, FOLDER), 'utf8')), [])
    })
  }

  const text = await readFile(new URL('test.yml', FOLDER), 'utf8')
  for (const [mistake, from, to] of MISTAKES) {
    await check(`the linter reports ${mistake}`, async () => {
      const broken = text.replace(from, () => to)
      assert.notEqual(broken, text, `test.yml doesn't contain ${from}`)
      assert.notDeepEqual(await lint(broken), [])
    })
  }

  const workflow = parse(text) as Workflow
  const { quick, full } = workflow.jobs
  assert.ok(quick && full)

  await check('pushes to main and pull requests are checked, and newer ones cancel older runs', () => {
    assert.deepEqual(workflow.on, { push: { branches: ['main'] }, pull_request: null })
    assert.equal(workflow.concurrency?.['cancel-in-progress'], true)
  })

  await check('the checks have read access to the code only', () => {
    assert.deepEqual(workflow.permissions, {})
    for (const { permissions, steps } of Object.values(workflow.jobs)) {
      assert.deepEqual(permissions, { contents: 'read' })
      assert.equal(steps[0]?.with?.['persist-credentials'], false)
    }
    assert.doesNotMatch(text, /secrets\.|pull_request_target/)
  })

  await check('every job has a timeout', () => {
    for (const job of Object.values(workflow.jobs)) assert.ok(Number(job['timeout-minutes']) <= 60)
  })

  await check('the quick run covers Linux, macOS and Windows with Node 20 and 24', () => {
    const { os = [], node } = quick.strategy.matrix
    assert.deepEqual(
      os.map((name) => name.replace(/-.*/, '')),
      ['ubuntu', 'macos', 'windows'],
    )
    assert.deepEqual(node, [20, 24])
    assert.equal(quick['runs-on'], '${{ matrix.os }}')
    const test = quick.steps.at(-1)
    // GitHub sets CI, which would make `npm test` a full run.
    assert.deepEqual([test?.run, test?.env], ['npm test', { CI: 'false' }])
  })

  await check('the jobs of the full run include each step once', () => {
    const { include = [] } = full.strategy.matrix
    const steps = include.flatMap((job) => job.steps.split(','))
    assert.deepEqual(steps.sort(), STEPS.map(({ name }) => name).sort())
    const test = full.steps.at(-1)
    assert.equal(test?.run, 'npm run test:all -- --install --with-clients --only ${{ matrix.steps }}')
    assert.equal(test.env?.CI, 'true')
  })

  await check('the newest web-platform-tests run every week and on request, in every runtime', async () => {
    const weekly = parse(await readFile(new URL('wpt.yml', FOLDER), 'utf8')) as Workflow
    assert.match(
      JSON.stringify(weekly.on),
      /^\{"schedule":\[\{"cron":"\d+ \d+ \* \* \d"\}\],"workflow_dispatch":null\}$/,
    )
    assert.deepEqual(weekly.permissions, {})
    for (const { permissions, steps, ...job } of Object.values(weekly.jobs)) {
      assert.deepEqual(permissions, { contents: 'read' })
      assert.equal(steps[0]?.with?.['persist-credentials'], false)
      assert.ok(Number(job['timeout-minutes']) <= 60)
      const test = steps.at(-1)
      // In CI, a missing runtime is a failure.
      assert.deepEqual([test?.run, test?.env?.CI], ['npm run wpt -- --root wpt', 'true'])
    }
  })

  await check('the runtimes table is checked in the job that runs its suites', () => {
    const jobs = full.strategy.matrix.include?.filter(({ steps }) => steps.includes('runtimes-table')) ?? []
    assert.deepEqual(
      jobs.map(({ steps }) => steps),
      ['conformance,browser,runtimes-table'],
    )
  })
}
