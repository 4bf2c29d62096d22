/** `npm run release` in a copy of this repository. */

import { execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { withAbsoluteLinks } from '../../.ci/pack.mjs'
import { getReleaseLine } from '../../.changeset/changelog.mjs'
import { path } from '../conformance/bundle.ts'

/** Files that the release needs. */
const COPIED = [
  '.changeset/README.md',
  '.changeset/changelog.mjs',
  '.changeset/config.json',
  '.ci',
  '.github/ISSUE_TEMPLATE',
  '.gitignore',
  '.npmrc',
  '.prettierrc.json',
  'docs/guides/install.md',
  'LICENSE',
  'README.md',
  'jsr.json',
  'package-lock.json',
  'package.json',
  'src',
]
const TIMEOUT = 600_000

const IDENTITY = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@a.test',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@a.test',
}

/** Requests to the registry. */
const requests: string[] = []
const registry = createServer(({ method = '', url = '' }, response) => {
  requests.push(`${method} ${url}`)
  response.writeHead(404).end('{}')
})

beforeAll(async () => {
  await new Promise<void>((listening) => registry.listen(0, '127.0.0.1', listening))
})
afterAll(() => {
  registry.close()
})

describe.concurrent('release is refused', () => {
  it.for([
    [
      'with uncommitted changes',
      (folder: string) => {
        writeFileSync(join(folder, 'src/index.ts'), '')
      },
      'Uncommitted changes',
    ],
    [
      'with untracked files',
      (folder: string) => {
        writeFileSync(join(folder, 'new.txt'), '')
      },
      'Uncommitted changes',
    ],
    [
      'on another branch',
      (folder: string) => {
        git(folder, 'checkout', '--quiet', '-b', 'feature')
      },
      'Releases are made on main, not on feature',
    ],
    [
      'with a detached HEAD',
      (folder: string) => {
        git(folder, 'checkout', '--quiet', '--detach')
      },
      'Releases are made on main, not on a detached HEAD',
    ],
    [
      'if its tag exists',
      (folder: string) => {
        git(folder, 'tag', 'v7.1.0')
      },
      'The tag v7.1.0 exists',
    ],
    [
      'if the changelog has no entry for it',
      (folder: string) => {
        writeFileSync(join(folder, 'CHANGELOG.md'), '# Changelog\n\n## 7.0.0\n\n- Before\n')
        git(folder, 'commit', '--quiet', '--all', '-m', 'x')
      },
      'The version is 7.1.0, but the first entry of CHANGELOG.md is 7.0.0',
    ],
    [
      'if the changelog is empty',
      (folder: string) => {
        writeFileSync(join(folder, 'CHANGELOG.md'), '# Changelog\n')
        git(folder, 'commit', '--quiet', '--all', '-m', 'x')
      },
      'The version is 7.1.0, but the first entry of CHANGELOG.md is missing',
    ],
    [
      'if package.json does not name the repository',
      (folder: string) => {
        edit(folder, 'package.json', (text) => text.replace(/\n {2}"(bugs|funding)": .*/g, ''))
        git(folder, 'commit', '--quiet', '--all', '-m', 'x')
      },
      'package.json lacks bugs, funding. Run: node .ci/repository.mjs',
    ],
    [
      'if the build lacks a file named in package.json',
      (folder: string) => {
        edit(folder, 'package.json', (text) => text.replace("'polyfill', ", ''))
        git(folder, 'commit', '--quiet', '--all', '-m', 'x')
      },
      'everysource-7.1.0.tgz lacks polyfill, which package.json names',
    ],
    [
      'if a check fails',
      (folder: string) => {
        edit(folder, 'package.json', (text) => text.replace('node test/run.mjs --all', 'exit 3'))
        git(folder, 'commit', '--quiet', '--all', '-m', 'x')
      },
      'npm run test:all failed',
      [],
    ],
  ] as const)('%s', { timeout: TIMEOUT }, async ([, change, reason, args = ['--skip-checks']], { onTestFinished }) => {
    const folder = copy(onTestFinished)
    change(folder)
    const { code, output } = await release(folder, args)
    expect(output).toMatch(new RegExp(`No release: .*${reason.replaceAll('.', '\\.')}`))
    expect(output).not.toContain('The tag starts')
    expect(code).toBe(1)
  })
})

describe.concurrent('release', () => {
  it('prints the commands to run and publishes nothing', { timeout: TIMEOUT }, async ({ onTestFinished, expect }) => {
    const folder = copy(onTestFinished)
    const { code, output } = await release(folder)
    expect(output).toContain('everysource 7.1.0: .cache/release/everysource-7.1.0.tgz')
    expect(output).toMatch(/ {2}dist\/index\.js\n/)
    expect(output).toMatch(/ {2}dist\/browser\/index\.js\n/)
    expect(output).toMatch(/ {2}polyfill\/force\/package\.json\n/)
    expect(output).toMatch(/\n\d+ files, \d+ bytes, packed \d+\nsha512-[\w+/]{86}==\n/)
    expect(output).not.toContain('git commit')
    expect(output).toContain(
      'git tag v7.1.0 && git push origin main v7.1.0\n\nThe tag starts .github/workflows/release.yml, which publishes 7.1.0 ',
    )
    expect(code).toBe(0)
    expect([git(folder, 'tag'), git(folder, 'status', '--porcelain')]).toEqual(['', ''])
    expect(requests).toEqual([])
  })

  it('creates a version from pending changesets', { timeout: TIMEOUT }, async ({ onTestFinished, expect }) => {
    const folder = copy(onTestFinished)
    writeFileSync(
      join(folder, '.changeset/one.md'),
      `---\n'everysource': minor\n---\n\nFixed: a crash.\n\nAdded: an option, \`x\`.\nIt does y.\n`,
    )
    writeFileSync(join(folder, '.changeset/two.md'), `---\n'everysource': patch\n---\n\nFixed: a typo.\n`)
    git(folder, 'add', '--all')
    git(folder, 'commit', '--quiet', '-m', 'x')
    const { output } = await release(folder)
    expect(output).toContain('everysource 7.2.0: .cache/release/everysource-7.2.0.tgz')
    expect(output).toContain('git add --all && git commit -m "Release 7.2.0"\ngit tag v7.2.0 ')
    const changelog = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')
    expect(changelog).toMatch(
      /^# Changelog\n\nThe format is\nthis\.\n\n## 7\.2\.0 - \d{4}-\d\d-\d\d\n\n### Added\n\n- An option, `x`\.\n {2}It does y\.\n\n### Fixed\n\n- A crash\.\n- A typo\.\n\n## 7\.1\.0\n/,
    )
    expect(readFileSync(join(folder, 'docs/guides/install.md'), 'utf8')).toContain('everysource-7.2.0.tgz')
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as { version: string }
    expect(lock.version).toBe('7.2.0')
    const jsr = JSON.parse(readFileSync(join(folder, 'jsr.json'), 'utf8')) as { version: string }
    expect(jsr.version).toBe('7.2.0')
    const changed = git(folder, 'status', '--porcelain')
      .split('\n')
      .map((line) => line.trim())
    expect(changed).toEqual([
      'D .changeset/one.md',
      'D .changeset/two.md',
      'M CHANGELOG.md',
      'M README.md',
      'M docs/guides/install.md',
      'M jsr.json',
      'M package-lock.json',
      'M package.json',
    ])
    expect(requests).toEqual([])
  })

  it(
    'says how to revert the new version if it is refused afterward',
    { timeout: TIMEOUT },
    async ({ onTestFinished, expect }) => {
      const folder = copy(onTestFinished)
      writeFileSync(join(folder, '.changeset/one.md'), `---\n'everysource': patch\n---\n\nFixed: a typo.\n`)
      git(folder, 'add', '--all')
      git(folder, 'commit', '--quiet', '-m', 'x')
      git(folder, 'tag', 'v7.1.1')
      const { output } = await release(folder)
      expect(output).toContain('No release: The tag v7.1.1 exists')
      expect(output).toContain('To undo them: git restore .')
      git(folder, 'restore', '.')
      expect(git(folder, 'status', '--porcelain')).toBe('')
    },
  )
})

describe('the packed README', () => {
  it('has absolute links to the files of its version', { timeout: TIMEOUT }, async ({ onTestFinished }) => {
    const folder = copy(onTestFinished)
    await release(folder)
    const tarball = join(folder, '.cache/release/everysource-7.1.0.tgz')
    const readme = execFileSync('tar', ['-xzOf', tarball, 'package/README.md'], { encoding: 'utf8' })
    expect(readme).toContain('Run `npm install everysource`.')
    expect(readme).not.toMatch(/not on npm|not published|clone of this repository/i)
    const links = [...readme.matchAll(/\]\(([^)\s]+)|(?:src|href)="([^"]+)"/g)].map(
      ([, link, other]) => link ?? other ?? '',
    )
    expect(links.filter((link) => !/^https:|^#/.test(link))).toEqual([])
    const files = links.flatMap((link) => {
      const [, file] =
        /^https:\/\/(?:github\.com\/someone\/everysource\/blob|raw\.githubusercontent\.com\/someone\/everysource)\/v7\.1\.0\/([^#]+)/.exec(
          link,
        ) ?? []
      return file === undefined ? [] : [file]
    })
    expect(files).toContain('docs/reference/options.md')
    expect(files.filter((file) => !existsSync(path(file)))).toEqual([])
    expect(links).toContain('https://raw.githubusercontent.com/someone/everysource/v7.1.0/docs/guides/inspector.png')
    expect(links).toContain('https://github.com/someone/everysource/actions/workflows/test.yml/badge.svg')
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(readFileSync(path('README.md'), 'utf8'))
  })
})

describe('withAbsoluteLinks', () => {
  it.for([
    ['[a](docs/x.md#y)', '[a](https://github.com/o/n/blob/v1/docs/x.md#y)'],
    ['[a](<docs/my file.md> "T")', '[a](<https://github.com/o/n/blob/v1/docs/my file.md> "T")'],
    ['[docs/x.md](docs/x.md)', '[docs/x.md](https://github.com/o/n/blob/v1/docs/x.md)'],
    [
      '[![a [b]](a.png)](x.md)',
      '[![a [b]](https://raw.githubusercontent.com/o/n/v1/a.png)](https://github.com/o/n/blob/v1/x.md)',
    ],
    ['[a][r]\n\n[r]: docs/x.md', '[a][r]\n\n[r]: https://github.com/o/n/blob/v1/docs/x.md'],
    [
      '[a](../../issues) [b](#c) [d](https://e.test/)',
      '[a](https://github.com/o/n/issues) [b](#c) [d](https://e.test/)',
    ],
    [`<img\tsrc='a.png'>`, `<img\tsrc='https://raw.githubusercontent.com/o/n/v1/a.png'>`],
    ['`[a](x.md)`\n\n~~~\n[a](x.md)\n~~~', '`[a](x.md)`\n\n~~~\n[a](x.md)\n~~~'],
  ] as const)('%j', ([text, expected]) => {
    expect(withAbsoluteLinks(text, 'https://github.com/o/n', 'v1')).toBe(expected)
  })
})

describe('changesets', () => {
  const waiting = readdirSync(path('.changeset')).filter((file) => file.endsWith('.md') && file !== 'README.md')

  it.for(waiting)('%s has entries of known kinds', async (file) => {
    const [, , summary = ''] = readFileSync(path(`.changeset/${file}`), 'utf8').split(/^---$/m)
    expect(await getReleaseLine({ summary })).toMatch(/^- \w+: /)
  })

  it('are rejected without a kind', async () => {
    await expect(getReleaseLine({ summary: 'A typo less.' })).rejects.toThrow(
      'A paragraph of a changeset must start with Added:, Changed:',
    )
  })
})

describe('.ci/repository.mjs', () => {
  it('fills in package.json and the issue templates, also repeatedly', ({ onTestFinished }) => {
    const folder = copy(onTestFinished)
    fillIn(folder, 'else/where', 'https://example.org/else')
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
    expect(manifest).toMatchObject({
      name: 'everysource',
      homepage: 'https://github.com/else/where#readme',
      bugs: 'https://github.com/else/where/issues',
      repository: { type: 'git', url: 'git+https://github.com/else/where.git' },
      funding: 'https://example.org/else',
    })
    const templates = readFileSync(join(folder, '.github/ISSUE_TEMPLATE/config.yml'), 'utf8')
    expect(parse(templates)).toMatchObject({ contact_links: [{ url: 'https://github.com/else/where/discussions' }] })
  })

  it.for([
    ['no-owner', 'https://example.org/fund', 'Invalid repository "no-owner": must be <owner>/<name> on GitHub'],
    ['some/one', 'ftp://x', 'Invalid funding URL "ftp://x": must start with https:'],
  ] as const)('refuses %s, %s', ([name, funding, reason], { onTestFinished }) => {
    const folder = copy(onTestFinished)
    expect(() => {
      fillIn(folder, name, funding)
    }).toThrow(reason)
  })
})

/** A repository with one commit and a changelog entry for its version. */
function copy(onTestFinished: (cleanUp: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'everysource-release-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  for (const name of COPIED) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    cpSync(path(name), join(folder, name), { recursive: true })
  }
  symlinkSync(path('node_modules'), join(folder, 'node_modules'), 'junction')
  // Building is slow and tested elsewhere.
  const build = `node -e "for (const name of ['dist', 'fetch-event-source', 'polyfill', 'shared']) fs.cpSync(path.join(process.env.BUILT, name), name, { recursive: true })"`
  edit(folder, 'package.json', (text) =>
    text
      .replace(/"version": "[^"]*"/, '"version": "7.1.0"')
      .replace('"build": "tsup"', `"build": ${JSON.stringify(build)}`),
  )
  fillIn(folder, 'someone/everysource', 'https://example.org/fund')
  writeFileSync(join(folder, 'CHANGELOG.md'), '# Changelog\n\nThe format is\nthis.\n\n## 7.1.0\n\n- This\n')
  git(folder, 'init', '--quiet', '--initial-branch', 'main')
  // .gitignore's pattern matches only a folder, not a link.
  writeFileSync(join(folder, '.git/info/exclude'), 'node_modules\n')
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '-m', 'x')
  return folder
}

function fillIn(folder: string, repository: string, funding: string): void {
  execFileSync(process.execPath, ['.ci/repository.mjs', repository, funding], { cwd: folder, stdio: 'pipe' })
}

function edit(folder: string, file: string, change: (text: string) => string): void {
  writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')))
}

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8', env: { ...process.env, ...IDENTITY } }).trim()
}

function release(
  folder: string,
  args: readonly string[] = ['--skip-checks'],
): Promise<{ code: number | null; output: string }> {
  const { port } = registry.address() as AddressInfo
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, ['.ci/release.mjs', ...args], {
    cwd: folder,
    env: {
      ...process.env,
      BUILT: path('.'),
      PATH: `${path('node_modules/.bin')}${delimiter}${PATH}`,
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_update_notifier: 'false',
      NO_COLOR: '1',
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, output })
    })
  })
}
