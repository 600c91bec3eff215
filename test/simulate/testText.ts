// Prints a program, its timeline and what the oracle expects as a test file.
import { typeTexts, type Kind } from './expressions.ts';
import { programText, type GeneratedProgram } from './generate.ts';
import type { Lines } from './lines.ts';
import { isKnown, planOf, runOracle } from './run.ts';
import { columnText, inputColumns, tableColumns, timestampText, type GeneratedEvent } from './timeline.ts';

/** The text of a test file. Where inputs have clocks that run apart, lines that the format does not know say so. */
export async function testText(
  program: GeneratedProgram,
  events: readonly GeneratedEvent[],
  title: string,
): Promise<string> {
  const plan = await planOf(program);
  const used = inputColumns.filter(
    ({ name }, index) =>
      index === 0 ||
      events.some((event) => event.kind === 'row' && event.json.includes(`"${name}":`)) ||
      new RegExp(`\\b${name}\\b`).test(programText(program)),
  );
  const lines = [`-- ${title}`, programText(program), ''];
  for (const input of program.inputs) lines.push(`---- input ${input} (${columnText(used)})`);
  if (program.table !== undefined) lines.push(`---- reference ${program.table} (${columnText(tableColumns)})`);
  lines.push('---- timeline');
  const linesAfter = (count: number): Lines => {
    const known = typeof plan === 'string' ? undefined : runOracle(plan, program, events.slice(0, count));
    return known !== undefined && isKnown(known) ? known : new Map();
  };
  let before: Lines = new Map();
  for (const [index, event] of events.entries()) {
    lines.push(...eventTexts(event, program));
    const after = linesAfter(index + 1);
    for (const [stream, rows] of after)
      for (const row of rows.slice(before.get(stream)?.length ?? 0))
        lines.push(`          ${rowText(program, stream, row)}`);
    before = after;
  }
  return lines.join('\n');
}

function eventTexts(event: GeneratedEvent, program: GeneratedProgram): string[] {
  const time = timestampText(event.time).slice(11).replace('.000', '');
  if (event.kind === 'table') {
    const rows = event.rows.map((json) => {
      const members = JSON.parse(json) as Record<string, unknown>;
      return tableColumns.map(({ name }) => literalOfJson(members[name])).join(', ');
    });
    return (rows.length === 0 ? ['empty'] : rows).map((row) => `${time}  ${program.table} <= ${row}`);
  }
  const input = event.input === undefined ? '' : ` ${program.inputs[event.input]}`;
  return [event.kind === 'row' ? `${time} ${input} <- ${event.json}` : `${time}  ${event.kind}${input}`];
}

function literalOfJson(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value ?? 'NULL').toUpperCase();
}

function rowText(program: GeneratedProgram, stream: string, row: readonly string[]): string {
  const [rowtime = '', ...cells] = row;
  if (stream === 'error_stream') return `error_stream -> ${rowtime} "${cells[0]}"`;
  const kinds = program.pumps.find((pump) => pump.target === stream)?.columns.map(({ kind }) => kind) ?? [];
  const values = cells.map((cell, index) => literalOf(cell, kinds[index] ?? 'integer'));
  return `${stream} @${rowtime} -> ${values.join(', ')}`;
}

function literalOf(cell: string, kind: Kind): string {
  if (cell === 'NULL') return cell;
  switch (kind) {
    case 'text':
    case 'char':
      return `'${cell.replaceAll("'", "''")}'`;
    case 'timestamp':
    case 'date':
    case 'time':
      return `${typeTexts[kind]} '${cell}'`;
    case 'loose':
      return `≈${cell}`;
    default:
      return cell;
  }
}
