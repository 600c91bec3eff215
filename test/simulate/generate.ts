// Random programs from a seed: chains of pumps over several inputs, streams with several writers.
import type { Random } from './choices.ts';
import { typeTexts, type GeneratedColumn } from './expressions.ts';
import { generateQuery, queryText, type GeneratedQuery, type Readable } from './queries.ts';
import { inputColumns, tableColumns } from './timeline.ts';

/** A pump; pumps with one target agree in its columns. */
export interface GeneratedPump {
  readonly name: string;
  readonly target: string;
  readonly columns: readonly GeneratedColumn[];
  /** More than one: parts of a UNION ALL. */
  readonly queries: readonly GeneratedQuery[];
}

/** A program: inputs, which all have the same columns, and pumps in script order. */
export interface GeneratedProgram {
  readonly inputs: readonly string[];
  /** A reference table. */
  readonly table?: string;
  readonly pumps: readonly GeneratedPump[];
}

/** The SQL of a program. */
export function programText(program: GeneratedProgram): string {
  const streams = new Map(program.pumps.map((pump) => [pump.target, pump.columns]));
  const columnText = ({ name, kind }: GeneratedColumn): string => `${name} ${typeTexts[kind]}`;
  return [
    ...[...streams].map(([name, columns]) => `CREATE STREAM "${name}" (${columns.map(columnText).join(', ')});`),
    ...program.pumps.map(
      (pump) =>
        `CREATE PUMP "${pump.name}" AS INSERT INTO "${pump.target}" ${pump.queries.map((query) => queryText(query)).join(' UNION ALL ')};`,
    ),
  ].join('\n');
}

/** A random program whose names begin with `prefix`. */
export function generateProgram(random: Random, prefix: string): GeneratedProgram {
  const inputs = random.many(random.pick([1, 1, 1, 2, 2, 3]), (index) => `${prefix}S${index}`);
  const readable: Readable[] = inputs.map((name) => ({ name, columns: inputColumns }));
  const table = random.chance(0.3) ? { table: { name: `${prefix}R`, columns: tableColumns } } : {};
  const pumps: GeneratedPump[] = [];
  const count = 1 + random.below(4);
  for (let number = 0; number < count; number++) {
    const name = `${prefix}P${number}`;
    const shared = pumps.length > 0 && random.chance(0.2) ? random.pick(pumps) : undefined;
    if (shared !== undefined) {
      // Another writer of a stream must read something above it.
      const above = readable.slice(
        0,
        readable.findIndex((stream) => stream.name === shared.target),
      );
      const kinds = shared.columns.map((column) => column.kind);
      pumps.push({ ...shared, name, queries: [generateQuery(random, { streams: above }, kinds)] });
      continue;
    }
    const first = generateQuery(random, { streams: readable, ...table });
    const queries = [first];
    if (random.chance(0.06) && first.before === '' && first.after === undefined)
      queries.push(
        generateQuery(
          random,
          { streams: readable },
          first.items.map((item) => item.kind),
        ),
      );
    const target = `${prefix}T${number}`;
    const columns = first.items.map((item, index) => ({ name: `C${index}`, kind: item.kind }));
    pumps.push({ name, target, columns, queries });
    readable.push({ name: target, columns });
  }
  return { inputs, pumps, ...(table.table === undefined ? {} : { table: table.table.name }) };
}
