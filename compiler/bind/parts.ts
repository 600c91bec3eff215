// Hidden streams and the parts of a pump that feed them: where two inputs meet (joins, UNION ALL), and where rows wait before they go on
// (ORDER BY, a promoted ROWTIME below another query).
import type { Column } from '../../contract/types.ts';
import type { Pump, Relation, Stream, StreamScan } from '../plan/plan.ts';
import type { Span } from '../source.ts';

/** Collects what one pump needs besides itself. */
export class Parts {
  readonly streams: Stream[] = [];
  readonly pumps: Pump[] = [];
  private readonly owner: string;
  private count = 0;

  constructor(owner: string) {
    this.owner = owner;
  }

  /** A new hidden stream, as a scan of it. */
  stream(columns: readonly Column[], span: Span): StreamScan {
    const name = `${this.owner} stream ${this.streams.length + 1}`;
    this.streams.push({ kind: 'hidden', name, columns, span });
    return { kind: 'stream-scan', stream: name, columns, span };
  }

  /** A part that feeds a hidden stream. */
  feed(into: StreamScan, query: Relation): void {
    const name = `${this.owner} part ${++this.count}`;
    this.pumps.push({ name, partOf: this.owner, target: into.stream, query, span: query.span });
  }

  /** Lets the parts that `make` makes stand before those from `place` on: rows of one time leave in the order of the parts. */
  before(place: number, make: () => void): void {
    const later = this.pumps.splice(place);
    make();
    this.pumps.push(...later);
  }
}
