// The only clock and timer of the host. Tests give another one.

/** Wall time and waiting. */
export interface Clock {
  /** Milliseconds since 1970; never goes back. */
  now(): number;
  /** Milliseconds of a stopwatch, since the process began. */
  elapsed(): number;
  /** A timer that settles after so many milliseconds, and a way to give it up. */
  timer(milliseconds: number): { readonly done: Promise<void>; cancel(): void };
  /** Lets signals and other work of the process come in between. */
  breathe(): Promise<void>;
}

/** The machine's clock. */
export function systemClock(): Clock {
  let latest = 0;
  return {
    now: () => {
      latest = Math.max(latest, Date.now());
      return latest;
    },
    // Since the process began, as `performance` has it, for which Node would load modules at each start.
    elapsed: () => process.uptime() * 1000,
    timer: (milliseconds) => {
      let cancel = (): void => {};
      const done = new Promise<void>((resolve) => {
        const handle = setTimeout(resolve, Math.max(0, milliseconds));
        cancel = () => {
          clearTimeout(handle);
          resolve();
        };
      });
      return { done, cancel: () => cancel() };
    },
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  };
}
