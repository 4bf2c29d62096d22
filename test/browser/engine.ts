/** The interface between the tests and a browser. */

/** A browser engine that may be installed. */
export interface Engine {
  name: string
  /** Why the browser cannot be started; undefined if it can. */
  missing(): string | undefined
  launch(): Promise<Browser>
}

export interface Browser {
  /** Name and version. */
  title: string
  /**
   * Opens a page, or several tabs, with a separate profile, so that connections, cookies and caches are not shared. Returns a function
   * that closes them.
   */
  open(url: string, ...tabs: string[]): Promise<() => Promise<void>>
  close(): Promise<void>
}
