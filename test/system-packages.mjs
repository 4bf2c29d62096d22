/** What npm does not bring: browsers and servers of Debian. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What each is called there, and where it would be. */
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

/** The names of those that are not there. */
export function missingSystemPackages() {
  return PACKAGES.filter(({ files }) => !files.some((file) => file && existsSync(file))).map(({ name }) => name)
}

/**
 * Installs them where that is possible: as root on Debian. The tests that need one report it if it is missing.
 *
 * @param {string[]} names
 */
export async function installSystemPackages(names) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.log(`Missing, and only root on Debian can install them here: ${names.join(', ')}`)
    return
  }
  console.log(`Installing with apt-get: ${names.join(', ')}`)
  const install = `apt-get update -qq; apt-get install -y -qq --no-install-recommends ${names.join(' ')} >/dev/null`
  const child = spawn('sh', ['-c', install], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) console.log('apt-get could not install them')
}
