/** Runs the suite in a content script or in an extension's background, and reports to the test server. */

// Defined in run.js, which the test generates: the test server's origin, the place, and the ID of the run.
const { origin, place, id } = RUN
const isBackground = location.protocol !== 'http:'

/** How often results are sent, in ms. */
const INTERVAL = 500
/** Chromium stops a service worker after 30 s without an extension API call. */
const KEEP_ALIVE = 10_000

const url = (what) => `${origin}/runs/${id}/${what}`
const send = (what, body) => fetch(url(what), { method: 'POST', body })
const results = []
const sendResults = () => (results.length > 0 ? send('results', JSON.stringify(results.splice(0))) : undefined)

async function start() {
  const timers = [setInterval(sendResults, INTERVAL)]
  if (isBackground) timers.push(setInterval(() => chrome.runtime.getPlatformInfo(), KEEP_ALIVE))
  try {
    const settings = await (await fetch(url('settings'))).json()
    await suite.run(settings, everysource, (result) => results.push(result))
    await sendResults()
    await send('end', '')
  } catch (error) {
    await send('end', String(error))
  }
  for (const timer of timers) clearInterval(timer)
}

if (isBackground === (place === 'background')) void start()
