// What a workload is: SQL, seeded data and the yardsticks that must compute the same rows. What repeats in workloads (the stream OUT,
// schemas, the reading of files) is derived from it. Not how it is run: see run.ts.

/** A column of the result with its SQL type: DOUBLE is compared within 1e-9 of its size, everything else exactly. */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
  /** Only the order of the values is compared: for scores that depend on chance. */
  readonly isScore?: true;
}

/** A column of the input with its SQL type; `mapping` is the JSON path where it is not `$.name`. */
export interface InputColumn {
  readonly name: string;
  readonly type: string;
  readonly mapping?: string;
}

/** Takes one result row, values in the order of the result columns. */
export type EmitRow = (row: readonly (string | number | null)[]) => void;

/** The workload as a plain Node program: fed line by line, it validates, computes and emits rows. */
export interface NodeProgram {
  /** One record of the reference data; all of them come before the first record. */
  reference?(line: string): void;
  /** One record without its newline; throws when it isn't valid. */
  record(line: string): void;
  /** The input has ended. */
  end(): void;
}

/** A yardstick that this workload has not, with the reason. */
export interface Absent {
  readonly absent: string;
}

/** Reference data of a workload. */
export interface ReferenceData {
  readonly table: string;
  readonly columns: readonly InputColumn[];
  /** Number of rows for a number of records. */
  rows(records: number): number;
  generate(random: Random, index: number): string;
}

/** One workload with everything its contestants need. */
export interface Workload {
  readonly name: string;
  /** One line for people. */
  readonly title: string;
  readonly format: 'jsonl' | 'csv';
  /** Number of records when nothing else is asked for. */
  readonly records: number;
  /** The in-application input stream. */
  readonly stream: string;
  readonly columns: readonly InputColumn[];
  /** The column whose value becomes ROWTIME: EVENT_TIME unless another is named. */
  readonly time?: string;
  readonly reference?: ReferenceData;
  /** What the application does, for the comment at its top. */
  readonly purpose: string;
  /** The script behind the declaration of "OUT", which follows from the result columns. */
  readonly pumps: string;
  readonly result: readonly ResultColumn[];
  /** The order of the rows belongs to the result. */
  readonly ordered?: true;
  /** Changes whenever the generator does, so that cached data is made anew. */
  readonly dataVersion: number;
  /** The name under which workloads with equal records share their file. */
  readonly data?: string;
  /** The record of this index, with its newline; the same for the same (random state, index, records). */
  generate(random: Random, index: number, records: number): string;
  readonly node: ((emit: EmitRow) => NodeProgram) | Absent;
  /** The query for DuckDB over its input and reference data, which are given as expressions for FROM. */
  readonly duckdb: ((input: string, reference: string) => string) | Absent;
  /** DuckDB's types of members that are no scalars, in the place of those of the columns. */
  readonly duckdbColumns?: string;
  /** Source in bench/simdjson, or why there is none. */
  readonly simdjson: { readonly source: string } | Absent;
  /** Source in bench/java, where a published Java library does the same, with the words that start it on files. */
  readonly java?: { readonly source: string; words(input: string, output: string): readonly string[] };
}

/** How a value of an SQL type is compared. */
export function kindOf({ type, isScore }: ResultColumn): 'text' | 'integer' | 'double' | 'score' {
  if (isScore === true) return 'score';
  if (type === 'DOUBLE') return 'double';
  return type.startsWith('VARCHAR') ? 'text' : 'integer';
}

/** The application's SQL. */
export function applicationText({ purpose, result, pumps }: Workload): string {
  const columns = result.map(({ name, type }) => `${name} ${type}`).join(', ');
  return `-- ${purpose}\nCREATE OR REPLACE STREAM "OUT" (${columns});\n${pumps}`;
}

/** A seeded source of numbers: mulberry32 (Tommy Ettinger), the same on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** One of the choices. */
  pick<Choice>(choices: readonly Choice[]): Choice {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('nothing to pick from');
    return choice;
  }
}

const firstTime = Date.UTC(2026, 10, 23, 10, 0, 0);

/** The text of an event time, `milliseconds` after the first one. */
export function eventTime(milliseconds: number): string {
  return new Date(firstTime + milliseconds).toISOString().slice(0, 23);
}

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/;

/** A validated event time in milliseconds since 1970. */
export function timeOf(value: unknown): number {
  if (typeof value !== 'string' || !timePattern.test(value)) throw new Error(`not a time: ${String(value)}`);
  const time = Date.parse(`${value}Z`);
  if (Number.isNaN(time)) throw new Error(`not a time: ${value}`);
  return time;
}

/** The value, which must be a text. */
export function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`not a text: ${String(value)}`);
  return value;
}

/** The value, which must be a number. */
export function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new Error(`not a number: ${String(value)}`);
  return value;
}

/** The value, which must be a number without fraction. */
export function integerOf(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new Error(`not an integer: ${String(value)}`);
  return value as number;
}

/** Generated records in pieces of about a megabyte. */
export function* generateData(
  source: { generate(random: Random, index: number, records: number): string },
  records: number,
  seed: number,
): Generator<string> {
  const random = new Random(seed);
  let piece = '';
  for (let index = 0; index < records; index++) {
    piece += source.generate(random, index, records);
    if (piece.length > 1 << 20) {
      yield piece;
      piece = '';
    }
  }
  yield piece;
}

/** A schema in the service's JSON form. */
export function schemaOf(columns: readonly InputColumn[], format: Workload['format']): unknown {
  const json = format === 'jsonl';
  return {
    RecordColumns: columns.map((column) => ({
      Name: column.name,
      SqlType: column.type,
      ...(json ? { Mapping: column.mapping ?? `$.${column.name}` } : {}),
    })),
    RecordFormat: json
      ? { RecordFormatType: 'JSON', MappingParameters: { JSONMappingParameters: { RecordRowPath: '$' } } }
      : {
          RecordFormatType: 'CSV',
          MappingParameters: { CSVMappingParameters: { RecordRowDelimiter: '\n', RecordColumnDelimiter: ',' } },
        },
    RecordEncoding: 'UTF-8',
  };
}
