// The parser of `.test` files: a text becomes cases with their sections, or messages with file and line.
import type { InputBinding, ReferenceBinding } from '../contract/binding.ts';
import { bindingOfSchema, readApplication } from './application.ts';
import { parseExpressions, type ExpressionTest } from './expressions.ts';
import { storedName, tokensOf, withoutComment } from './sqlText.ts';
import { parseTimeline, type Timeline } from './timeline.ts';
import { parseColumns, TestFormatError } from './types.ts';
import { parseValues, type Value } from './values.ts';

/** A line of the file with its number (from 1). */
export interface NumberedLine {
  readonly line: number;
  readonly text: string;
}

/** An expected message. */
export interface ExpectedDiagnostic {
  readonly line: number;
  /** `*`: some error, whatever it says. */
  readonly code: string;
  readonly place?: { readonly line: number; readonly column: number };
  readonly text?: string;
  /** Part of the message, of its hint or of a note. */
  readonly part?: string;
}

/** A section's lines in the file: from the line after its head up to `end`, exclusive. */
export interface SectionPlace {
  readonly head: number;
  readonly end: number;
}

/** A reference table with the rows that it has before the timeline begins. */
export interface ReferenceTable extends ReferenceBinding {
  readonly rows: readonly (readonly Value[])[];
}

/** One case of a file. */
export interface TestCase {
  readonly file: string;
  readonly title: string;
  /** First line of the case in the file. */
  readonly line: number;
  readonly sql: string;
  readonly inputs: readonly InputBinding[];
  readonly references: readonly ReferenceTable[];
  readonly timeline?: Timeline;
  readonly timelinePlace?: SectionPlace;
  readonly expressions?: readonly ExpressionTest[];
  readonly diagnostics?: readonly ExpectedDiagnostic[];
  readonly diagnosticsPlace?: SectionPlace;
  readonly plan?: { readonly stage: string; readonly text: string; readonly place: SectionPlace };
  readonly options: ReadonlyMap<string, string>;
}

/** What is wrong with a file. */
export interface TestFileProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Reads a file that stands beside the test. Throws when there is none. */
export type ReadBeside = (name: string) => string;

/** Options that a case may give. */
export const optionNames: readonly string[] = ['idle-after', 'key-groups', 'seed', 'start', 'errors', 'promoted-idle'];

const sectionPattern =
  /^---- (input|reference|timeline|expressions|diagnostics|plan|option|include|application)(?:\s+(.*?))?\s*$/;

/** Parses a file. */
export function parseTestFile(
  file: string,
  text: string,
  readBeside: ReadBeside,
): { cases: TestCase[]; problems: TestFileProblem[] } {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line, index) => ({ line: index + 1, text: line.replace(/\r$/, '') }));
  const problems: TestFileProblem[] = [];
  const report = (line: number, message: string): void => {
    problems.push({ file, line, message });
  };
  const cases = splitCases(lines).map((part) => parseCase(file, part.title, part.line, part.lines, readBeside, report));
  return { cases: cases.filter((found) => found !== undefined), problems };
}

interface CaseLines {
  readonly title: string;
  readonly line: number;
  readonly lines: NumberedLine[];
}

function splitCases(lines: readonly NumberedLine[]): CaseLines[] {
  const parts: CaseLines[] = [{ title: '', line: 1, lines: [] }];
  let sql: string[] | undefined = [];
  for (const line of lines) {
    const title = /^==== (.*)$/.exec(line.text);
    if (title !== null && (sql === undefined || !insideComment(sql.join('\n')))) {
      parts.push({ title: (title[1] ?? '').trim(), line: line.line, lines: [] });
      sql = [];
      continue;
    }
    if (sectionPattern.test(line.text)) sql = undefined;
    sql?.push(line.text);
    parts.at(-1)?.lines.push(line);
  }
  const first = parts[0];
  const blank = first?.lines.every(({ text }) => text.trim() === '' || text.startsWith('#')) ?? false;
  return blank && parts.length > 1 ? parts.slice(1) : parts;
}

function insideComment(sql: string): boolean {
  const last = tokensOf(`${sql}\n`).findLast((token) => token.kind !== 'space');
  return last?.text.startsWith('/*') === true && !last.text.endsWith('*/');
}

interface Section {
  readonly word: string;
  readonly rest: string;
  readonly head: number;
  readonly lines: NumberedLine[];
}

interface Draft {
  sql: string;
  inputs: InputBinding[];
  references: ReferenceTable[];
  options: Map<string, string>;
  found: {
    timeline?: Timeline;
    timelinePlace?: SectionPlace;
    expressions?: ExpressionTest[];
    diagnostics?: ExpectedDiagnostic[];
    diagnosticsPlace?: SectionPlace;
    plan?: NonNullable<TestCase['plan']>;
  };
}

type Report = (line: number, message: string) => void;

function parseCase(
  file: string,
  title: string,
  line: number,
  lines: readonly NumberedLine[],
  readBeside: ReadBeside,
  report: Report,
): TestCase | undefined {
  const sections: Section[] = [];
  const sql: NumberedLine[] = [];
  for (const numbered of lines) {
    const match = sectionPattern.exec(numbered.text);
    if (match !== null) sections.push({ word: match[1] ?? '', rest: match[2] ?? '', head: numbered.line, lines: [] });
    else if (/^---- /.test(numbered.text) && sections.length > 0)
      report(numbered.line, `not a section: ${numbered.text}`);
    else if (sections.length === 0) sql.push(numbered);
    else sections.at(-1)?.lines.push(numbered);
  }
  const draft: Draft = { sql: sqlOf(sql), inputs: [], references: [], options: new Map(), found: {} };
  for (const section of sections) {
    try {
      readSection(section, draft, readBeside, report);
    } catch (error) {
      if (!(error instanceof TestFormatError) && !(error instanceof SyntaxError)) throw error;
      report(section.head, error.message);
    }
  }
  if (sections.length === 0 && draft.sql.trim() === '') return undefined;
  const firstText = sql.find(({ text }) => text.startsWith('-- '))?.text.slice(3);
  return {
    file,
    line,
    title: title === '' ? (firstText ?? `line ${line}`) : title,
    sql: draft.sql,
    inputs: draft.inputs,
    references: draft.references,
    options: draft.options,
    ...draft.found,
  };
}

// Line 1 is the first line that is neither blank nor a comment of the file.
function sqlOf(lines: readonly NumberedLine[]): string {
  const first = lines.findIndex(({ text }) => text.trim() !== '' && !text.startsWith('#'));
  if (first === -1) return '';
  return lines
    .slice(first)
    .map(({ text }) => text)
    .join('\n')
    .trimEnd();
}

function readSection(section: Section, draft: Draft, readBeside: ReadBeside, report: Report): void {
  const { word, rest, head, lines } = section;
  const place = { head, end: head + 1 + lines.length };
  const used = lines.filter(({ text }) => text.trim() !== '' && !text.startsWith('#'));
  switch (word) {
    case 'input':
      draft.inputs.push(readInput(`${rest}\n${used.map(({ text }) => text).join('\n')}`, readBeside));
      return;
    case 'reference':
      readReference(rest, used, draft.references);
      return;
    case 'timeline':
      draft.found.timeline = parseTimeline(lines, report);
      draft.found.timelinePlace = place;
      return;
    case 'expressions':
      draft.found.expressions = parseExpressions(lines, report);
      return;
    case 'diagnostics':
      draft.found.diagnostics = used.flatMap((line) => readDiagnostic(line, report));
      draft.found.diagnosticsPlace = place;
      return;
    case 'plan':
      draft.found.plan = {
        stage: rest === '' ? 'plan' : rest,
        text: lines
          .map(({ text }) => text)
          .join('\n')
          .trim(),
        place,
      };
      return;
    case 'option': {
      const [name = '', ...value] = rest.split(/\s+/);
      if (!optionNames.includes(name))
        throw new TestFormatError(`there is no option "${name}" (${optionNames.join(', ')})`);
      if (name === 'promoted-idle' && !['on', 'off'].includes(value.join(' ')))
        throw new TestFormatError('option promoted-idle is on or off');
      draft.options.set(name, value.join(' '));
      return;
    }
    case 'include':
      draft.sql = readBeside(rest);
      return;
    case 'application': {
      const application = readApplication(readBeside(rest));
      if (application.sql !== '') draft.sql = application.sql;
      draft.inputs.push(...application.inputs);
      draft.references.push(...application.references.map((reference) => ({ ...reference, rows: [] })));
      return;
    }
  }
}

function readNamed(text: string): { name: string; columns?: string; rest: string } {
  const tokens = tokensOf(text);
  const name = tokens[0];
  if (name === undefined || (name.kind !== 'word' && name.kind !== 'quoted'))
    throw new TestFormatError('the name is missing');
  const after = text.slice(name.text.length);
  const open = tokens.find((token) => token.text === '(');
  if (open === undefined || after.trimStart()[0] !== '(') return { name: storedName(name.text), rest: after.trim() };
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(') depth++;
    else if (token.text === ')' && --depth === 0) {
      return {
        name: storedName(name.text),
        columns: text.slice(open.start + 1, token.start),
        rest: text.slice(token.start + 1).trim(),
      };
    }
  }
  throw new TestFormatError('the closing parenthesis of the column list is missing');
}

function readInput(text: string, readBeside: ReadBeside): InputBinding {
  const { name, columns, rest } = readNamed(text);
  if (columns === undefined) return bindingOfSchema(name, readBeside(rest));
  const format = /^(?:(json)|csv(?:\s+"([^"]*)")?)?$/.exec(rest);
  if (format === null) throw new TestFormatError(`after the columns comes json or csv ["delimiter"], not ${rest}`);
  if (rest === '' || format[1] === 'json')
    return { stream: name, format: { kind: 'json', rowPath: '$' }, columns: parseColumns(columns) };
  const columnDelimiter = (format[2] ?? ',').replace(/\\t/g, '\t');
  const bare = parseColumns(columns).map(({ name: column, type, nullable }) => ({ name: column, type, nullable }));
  return { stream: name, format: { kind: 'csv', columnDelimiter, rowDelimiter: '\n' }, columns: bare };
}

// A table of the application's definition takes its rows by name alone.
function readReference(rest: string, lines: readonly NumberedLine[], references: ReferenceTable[]): void {
  const rows = lines.map(({ text }) => parseValues(withoutComment(text)));
  const { name, columns } = readNamed(rest);
  if (columns !== undefined) {
    const { stream, ...shape } = readInput(rest, () => '');
    references.push({ table: stream, ...shape, rows });
    return;
  }
  const index = references.findIndex(({ table }) => table === name || table.toUpperCase() === name);
  const known = references[index];
  if (known === undefined) throw new TestFormatError('a reference table needs its columns');
  references[index] = { ...known, rows };
}

function readDiagnostic({ line, text }: NumberedLine, report: Report): ExpectedDiagnostic[] {
  const match = /^\s*(\*|[a-z][a-z0-9-]*)(?:\s+(\d+):(\d+))?(?:\s+"(.*?)")?(?:\s+'(.*)')?\s*$/.exec(text);
  if (match?.[1] === undefined) {
    report(line, `a diagnostic is: code line:column "text" 'part of what it says', or *`);
    return [];
  }
  return [
    {
      line,
      code: match[1],
      ...(match[2] === undefined ? {} : { place: { line: Number(match[2]), column: Number(match[3]) } }),
      ...(match[4] === undefined ? {} : { text: match[4] }),
      ...(match[5] === undefined ? {} : { part: match[5] }),
    },
  ];
}
