/** Browsers that resolve the host names of the test server, without a debugger. */

import { chromium, openChromium } from '../browser/chromium.ts'
import type { Engine } from '../browser/engine.ts'
import { firefox, NO_THROTTLING, openFirefox } from '../browser/firefox.ts'
import { openMiniBrowser, webkit } from '../browser/webkit.ts'
import { DOMAINS } from './server.ts'

export interface WptBrowser extends Engine {
  /** Opens a page of the server, whose port is also a proxy. Returns a function that closes the browser. */
  show(url: string, port: number): Promise<() => Promise<void>>
}

/** The preferences that let tests open windows. */
const FIREFOX_PREFERENCES = {
  ...NO_THROTTLING,
  'network.dns.localDomains': DOMAINS.join(','),
  'dom.disable_open_during_load': false,
  'dom.popup_maximum': -1,
  // The usual value, which the profile changes.
  'fission.bfcacheInParent': true,
}

export const BROWSERS: WptBrowser[] = [
  {
    ...chromium,
    show: (url) => {
      const rules = DOMAINS.map((domain) => `MAP ${domain} 127.0.0.1`).join(', ')
      return openChromium(url, [`--host-resolver-rules=${rules}`])
    },
  },
  { ...firefox, show: (url) => openFirefox([url], FIREFOX_PREFERENCES) },
  // It has no such setting.
  {
    ...webkit,
    show: (url, port) => openMiniBrowser(url, [`--proxy=http://127.0.0.1:${port}`, '--cookies-policy=always']),
  },
]
