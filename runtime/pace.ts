// Pace of a source: so many records a second, or a multiple of the time that its rows carry.
import { NO_CLOCK } from './program.ts';

/** `?rate=` and `?speed=`. */
export interface PaceOptions {
  /** Records a second. */
  readonly rate?: number;
  /** Milliseconds of the rows' clock a millisecond of wall time. */
  readonly speed?: number;
}

const sliceMs = 50;

/** Decides how much is read and when the next read may happen. */
export class Pace {
  private readonly options: PaceOptions;
  private readonly recordsBefore: number;
  private beganAt: number | undefined;
  private clockBegan: { readonly at: number; readonly clock: bigint } | undefined;
  private notBefore = 0;
  private bytes = 0;
  private records = 0;

  constructor(options: PaceOptions, recordsBefore: number) {
    this.options = options;
    this.recordsBefore = recordsBefore;
  }

  /** Bytes to read next: about what the pace lets through in a slice of time. */
  chunkBytes(): number {
    const { rate } = this.options;
    if (rate === undefined || this.records === 0) return rate === undefined ? 4096 : 512;
    return Math.max(64, Math.min(1 << 20, Math.round((this.bytes / this.records) * rate * (sliceMs / 1000))));
  }

  /** Milliseconds until the next read. */
  holdMs(now: number): number {
    return this.notBefore - now;
  }

  /** Takes note of what was fed. */
  fed(now: number, bytes: number, clock: bigint, records: () => number): void {
    const { rate, speed } = this.options;
    this.bytes += bytes;
    if (rate !== undefined) {
      this.beganAt ??= now;
      this.records = records() - this.recordsBefore;
      this.notBefore = Math.max(this.notBefore, this.beganAt + (this.records / rate) * 1000);
    }
    if (speed !== undefined && clock !== NO_CLOCK && clock < 2n ** 62n) {
      this.clockBegan ??= { at: now, clock };
      this.notBefore = Math.max(this.notBefore, this.clockBegan.at + Number(clock - this.clockBegan.clock) / speed);
    }
  }
}
