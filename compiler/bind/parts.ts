// Hidden streams and the parts of a pump that feed them: where two inputs meet (joins, UNION ALL), and where rows wait before they go on
// (ORDER BY, a promoted ROWTIME below another query).
import type { Column } from '../../contract/types.ts';
import type { DerivedTable, Project, Pump, Relation, Stream, StreamScan } from '../plan/plan.ts';
import type { Span } from '../source.ts';

/** How a derived table is made of the rows that fill it. */
export type TableMaking = Partial<Pick<DerivedTable, 'distinct' | 'combine' | 'order'>>;

/** Collects what one pump needs besides itself. */
export class Parts {
  readonly streams: Stream[] = [];
  readonly pumps: Pump[] = [];
  readonly tables: DerivedTable[] = [];
  /** Tables of subqueries by what is asked of them: equal ones share it. */
  readonly asked = new Map<string, string>();
  private readonly owner: string;
  private count = 0;

  constructor(owner: string) {
    this.owner = owner;
  }

  /** A new hidden stream, as a scan of it. */
  stream(columns: readonly Column[], span: Span, of: Pick<Stream, 'rowsOf' | 'fills'> = {}): StreamScan {
    const name = `${this.owner} stream ${this.streams.length + 1}`;
    this.streams.push({ kind: 'hidden', name, columns, ...of, span });
    return { kind: 'stream-scan', stream: name, columns, span };
  }

  /** The rows of a table as a hidden stream; without a table one row without columns. */
  rows(table: Pick<DerivedTable, 'name' | 'columns'> | undefined, span: Span): StreamScan {
    return this.stream(table?.columns ?? [], span, { rowsOf: table?.name ?? '' });
  }

  /** A table with the rows of these projections. */
  derive(feeds: readonly Project[], columns: readonly Column[], span: Span, making: TableMaking): DerivedTable {
    const name = `${this.owner} table ${this.tables.length + 1}`;
    const into = this.stream(columns, span, { fills: name });
    for (const feed of feeds) this.feed(into, { ...feed, columns });
    const table: DerivedTable = { name, columns, distinct: false, order: [], ...making, span };
    this.tables.push(table);
    return table;
  }

  /** How much there is now. */
  mark(): readonly [number, number, number] {
    return [this.streams.length, this.pumps.length, this.tables.length];
  }

  /** Forgets what was made since a mark: it is not needed. */
  forget([streams, pumps, tables]: readonly [number, number, number]): void {
    this.streams.length = streams;
    this.pumps.length = pumps;
    this.tables.length = tables;
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
