/**
 * Browsers with many windows of one origin. A page opens the windows, with `noopener`, so that each has a content process, and no
 * driver is connected to them.
 */

import { chromium } from '../browser/chromium.ts'
import type { Engine } from '../browser/engine.ts'
import { firefox, openFirefox } from '../browser/firefox.ts'
import { openMiniBrowser, webkit } from '../browser/webkit.ts'
import { Window } from '../browser/window.ts'

/** A running browser that shows one page. */
export interface Browser {
  /** Freezes a page. Returns a function that thaws it. Only in Chromium. */
  freeze?(url: string): Promise<() => Promise<void>>
  close(): Promise<void>
}

export interface SharingEngine extends Pick<Engine, 'name' | 'missing'> {
  /** Occurs in the names or commands of its content processes only. */
  processes: string
  /** Opens a page. */
  launch(url: string): Promise<Browser>
}

const sharingChromium: SharingEngine = {
  ...chromium,
  processes: '--type=renderer',
  async launch(url) {
    const window = await Window.open(['--disable-popup-blocking'])
    await window.page(url)
    return {
      async freeze(url) {
        const page = await window.find(url)
        await page.freeze()
        return () => page.thaw()
      },
      close: () => window.close(),
    }
  },
}

/** Lets pages open and close windows, each with a content process. */
const MANY_WINDOWS = {
  'dom.disable_open_during_load': false,
  'dom.popup_maximum': -1,
  'dom.allow_scripts_to_close_windows': true,
  'dom.ipc.processCount': 40,
  'dom.ipc.processCount.webIsolated': 40,
  // The usual values, which the profile changes.
  'fission.webContentIsolationStrategy': 1,
  'fission.bfcacheInParent': true,
}

const sharingFirefox: SharingEngine = {
  ...firefox,
  processes: 'Isolated Web Co',
  launch: async (url) => ({ close: await openFirefox([url], MANY_WINDOWS) }),
}

const sharingWebKit: SharingEngine = {
  ...webkit,
  processes: 'WebKitWebProces',
  launch: async (url) => ({ close: await openMiniBrowser(url, []) }),
}

export const engines: SharingEngine[] = [sharingChromium, sharingFirefox, sharingWebKit]
