// Prints a program, its timeline and what the oracle expects as a test file.
import { typeTexts, type Kind } from './expressions.ts';
import { programText, type GeneratedProgram } from './generate.ts';
import type { Lines } from './lines.ts';
import { isKnown, planOf, runOracle } from './run.ts';
import { inputColumns, timestampText, type GeneratedEvent } from './timeline.ts';

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
  const columns = used.map(({ name, kind }) => `${name} ${typeTexts[kind]}`).join(', ');
  const lines = [`-- ${title}`, programText(program), ''];
  for (const input of program.inputs) lines.push(`---- input ${input} (${columns})`);
  lines.push('---- timeline');
  const linesAfter = (count: number): Lines => {
    const known = typeof plan === 'string' ? undefined : runOracle(plan, program, events.slice(0, count));
    return known !== undefined && isKnown(known) ? known : new Map();
  };
  let before: Lines = new Map();
  for (const [index, event] of events.entries()) {
    lines.push(eventText(event, program));
    const after = linesAfter(index + 1);
    for (const [stream, rows] of after)
      for (const row of rows.slice(before.get(stream)?.length ?? 0))
        lines.push(`          ${rowText(program, stream, row)}`);
    before = after;
  }
  return lines.join('\n');
}

function eventText(event: GeneratedEvent, program: GeneratedProgram): string {
  const time = timestampText(event.time).slice(11).replace('.000', '');
  const input = event.input === undefined ? '' : ` ${program.inputs[event.input]}`;
  return event.kind === 'row' ? `${time} ${input} <- ${event.json}` : `${time}  ${event.kind}${input}`;
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
