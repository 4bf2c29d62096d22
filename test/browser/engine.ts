/** What the tests want of a browser, whichever drives it. */

/** An engine that the machine may have. */
export interface Engine {
  name: string
  /** Why it cannot be started here, if so. */
  missing(): string | undefined
  launch(): Promise<Browser>
}

export interface Browser {
  /** Name and version, as a person calls them. */
  title: string
  /** Opens a page in a profile of its own, whose connections, cookies and caches are nobody else's; returns what closes it. */
  open(url: string): Promise<() => Promise<void>>
  close(): Promise<void>
}
