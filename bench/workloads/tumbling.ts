// What the plain Node programs of tumbling aggregates share: groups by key that leave when another window begins.

/** Groups of one window after another. */
export class TumblingGroups<Group> {
  readonly #groups = new Map<string, Group>();
  readonly #windowMs: number;
  readonly #open: () => Group;
  readonly #leave: (key: string, group: Group) => void;
  #window = -1;

  constructor(windowMs: number, open: () => Group, leave: (key: string, group: Group) => void) {
    this.#windowMs = windowMs;
    this.#open = open;
    this.#leave = leave;
  }

  /** The group of a key in the window of that time; a new one is made by the constructor's `open`. */
  at(time: number, key: string): Group {
    const window = Math.floor(time / this.#windowMs);
    if (window !== this.#window) {
      this.flush();
      this.#window = window;
    }
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = this.#open();
      this.#groups.set(key, group);
    }
    return group;
  }

  /** All groups leave. */
  flush(): void {
    for (const [key, group] of this.#groups) this.#leave(key, group);
    this.#groups.clear();
  }
}
