/** The browser build's platform module, compared to the default one. */

import { describe, expect, it } from 'vitest'
import * as platform from '../../../src/platform/platform.ts'
import * as browserPlatform from '../../../src/platform/platform.browser.ts'

describe('platform.browser.ts', () => {
  it('has the same exports as platform.ts', () => {
    // The compiler checks that both modules have the same types.
    const same: typeof platform = browserPlatform
    expect(Object.keys(same).sort()).toEqual(Object.keys(platform).sort())
  })

  it("does not queue tasks with Node's MessageChannel, which keeps the process alive", async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
    await new Promise<void>((resolve) => {
      browserPlatform.chooseQueueTask()(resolve)
    })
    expect(process.getActiveResourcesInfo().filter((name) => name === 'MessagePort')).toHaveLength(before)
  })

  it("omits features that browsers don't need", () => {
    expect(browserPlatform.loopCount()).toBeUndefined()
    expect(browserPlatform.forwardsCredentials()).toBe(false)
    expect(() => browserPlatform.readUndiciOptions({ dispatcher: {} }, {}, true)).toThrow(
      'is not supported in this runtime',
    )
    expect(() => browserPlatform.readUndiciOptions({}, { dispatcher: {} }, true)).toThrow(
      'is not supported in this runtime',
    )
    expect(browserPlatform.readUndiciOptions({ dispatcher: {} }, {}, false)).toEqual({
      fetchOptions: { dispatcher: {} },
    })
    expect(browserPlatform.missingHeaders()).toEqual({})
    const init = { keepalive: true }
    expect(browserPlatform.noTimeoutInit(init)).toBe(init)
    expect(browserPlatform.acceptedMembers(init)).toBe(init)
  })
})
