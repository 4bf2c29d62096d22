/** The event list, the state of a source and the code of the page, shared by the pages. */

const MAX_LINES = 200
const STATES = ['CONNECTING', 'OPEN', 'CLOSED']

/**
 * Adds a line to the list and keeps it in view.
 *
 * @param {string} text
 * @param {'open' | 'message' | 'error' | 'closed'} kind the style of the line
 */
export function addLine(text, kind) {
  const list = element('list')
  const line = document.createElement('li')
  line.className = kind
  line.textContent = text
  list.append(line)
  if (list.childElementCount > MAX_LINES) list.firstElementChild?.remove()
  const frame = list.parentElement
  if (frame) frame.scrollTop = frame.scrollHeight
}

/**
 * Shows the state of a source.
 *
 * @param {{ readyState: number }} source
 */
export function showState(source) {
  element('state').textContent = STATES[source.readyState] ?? ''
}

/**
 * Shows the states and errors of a source, and closes it with the "Close" button.
 *
 * @param {EventSource} source
 */
export function showStates(source) {
  showState(source)
  source.addEventListener('open', () => {
    addLine('open', 'open')
    showState(source)
  })
  source.addEventListener('error', (event) => {
    const text = 'data' in event ? event.data : 'message' in event ? event.message : ''
    addLine(`error: ${String(text)}`, 'error')
    showState(source)
  })
  element('close').onclick = () => {
    source.close()
    addLine('closed', 'closed')
    showState(source)
    disable('close', 'state')
  }
}

/**
 * Disables a button. If it has the focus, the focus moves to another element instead of getting lost.
 *
 * @param {string} id
 * @param {string} next
 */
export function disable(id, next) {
  const button = element(id)
  const hadFocus = document.activeElement === button
  button.setAttribute('disabled', '')
  if (!hadFocus) return
  const other = element(next)
  // Text elements need a tabindex to be focusable.
  if (other.tabIndex < 0) other.tabIndex = -1
  other.focus()
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function element(id) {
  const found = document.getElementById(id)
  if (!found) throw new Error(`This page has no element "${id}"`)
  return found
}

/** Shows the script of the page below it. */
function showCode() {
  const script = document.querySelector('script[type=module]:not([src])')?.textContent ?? ''
  const summary = document.createElement('summary')
  summary.textContent = 'The code of this page'
  const code = document.createElement('pre')
  // The script is indented as part of the page.
  code.textContent = script.replaceAll(/^ {6}/gm, '').trim()
  code.tabIndex = 0
  const details = document.createElement('details')
  details.append(summary, code)
  document.querySelector('main')?.append(details)
}

showCode()
