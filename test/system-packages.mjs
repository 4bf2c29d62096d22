/** Browsers and servers that npm cannot install: Debian packages. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Debian package names, and the files that show that one is installed. */
const PACKAGES = [
  {
    name: 'chromium',
    files: [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  },
  { name: 'firefox-esr', files: [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'] },
  { name: 'webkit2gtk-driver', files: ['/usr/bin/WebKitWebDriver'] },
  { name: 'xvfb', files: ['/usr/bin/Xvfb'] },
  { name: 'nginx', files: ['/usr/sbin/nginx'] },
  { name: 'haproxy', files: ['/usr/sbin/haproxy'] },
]

/** Names of the missing packages. */
export function missingSystemPackages() {
  return PACKAGES.filter(({ files }) => !files.some((file) => file && existsSync(file))).map(({ name }) => name)
}

/**
 * Installs packages if this is root on Debian. If one is still missing, the tests that need it report that.
 *
 * @param {string[]} names
 */
export async function installSystemPackages(names) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.log(`Missing, and can be installed only by root on Debian: ${names.join(', ')}`)
    return
  }
  console.log(`Installing with apt-get: ${names.join(', ')}`)
  const install = `apt-get update -qq; apt-get install -y -qq --no-install-recommends ${names.join(' ')} >/dev/null`
  const child = spawn('sh', ['-c', install], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) console.log('apt-get failed to install them')
}
