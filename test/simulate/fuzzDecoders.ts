// Fuzzes the decoders: whatever bytes come, in whatever pieces, they give the same rows in both flavours and refuse what is not valid.
import { isUtf8 } from 'node:buffer';
import { JSON_DEPTH_MAX, RECORD_BYTES_MAX } from '../../contract/abi.ts';
import { input, openDecoders, type Inputs } from '../harness/decoders.ts';
import type { Random } from './choices.ts';
import { fewer } from './fewer.ts';
import { count, FuzzFailure, reasonOf, runRounds, watched, type Counts } from './fuzz.ts';
import { openDocuments } from './fuzzDocuments.ts';
import { edited, literalOf, randomBytes, randomEdit } from './mutate.ts';
import { randomRecord } from './records.ts';

const everyType =
  'bo BOOLEAN; ti TINYINT; sm SMALLINT; it INTEGER; bi BIGINT; de DECIMAL(10,2); re REAL; du DOUBLE; ch CHAR(4); vc VARCHAR(4); vb VARBINARY(4); da DATE; tm TIME; ts TIMESTAMP';
const texts = 'a VARCHAR(99); b VARCHAR(99); c VARCHAR(99)';
const csv = (columnDelimiter: string) => ({ kind: 'csv', columnDelimiter }) as const;

const inputs: Inputs = {
  every: input(everyType),
  shuffled: input(everyType.split('; ').reverse().join('; ')),
  everyUnread: input(everyType.replaceAll(/(^|; )(\w+)/g, '$1_$2=$.$2')),
  number: input('v DOUBLE'),
  text: input('v VARCHAR(65535)'),
  paths: input(
    'id INTEGER; name=$.meta.name VARCHAR(9); x=$.items[0:].x INTEGER; y=$.items[0:].deep.y INTEGER; second=$.items[1].x INTEGER; tags=$.tags[0:] VARCHAR(99); z=$.list[2].z INTEGER',
  ),
  rows: input('v INTEGER; t VARCHAR(9)', { rowPath: '$.a.rows' }),
  times: input('at VARCHAR(40); n INTEGER', {}, { path: '$.at', unit: 'ms' }),
  seconds: input('n INTEGER', {}, { path: '$.at', unit: 's' }),
  comma: input(everyType, csv(',')),
  everyBars: input(everyType, csv('||')),
  commaUnread: input(everyType.replaceAll(/(^|; )/g, '$1_'), csv(',')),
  commaTime: input('at TIMESTAMP; n INTEGER', csv(','), { path: 'at', unit: 'ms' }),
  texts: input(texts, csv(',')),
  arrows: input(texts, csv('<=>')),
  tabs: input(texts, csv('\t')),
  points: input('a INTEGER; b INTEGER', csv('.')),
  accents: input(texts, csv('é')),
};

const jsonNames = Object.keys(inputs).filter((name) => inputs[name]?.format.kind === 'json');
const csvNames = Object.keys(inputs).filter((name) => inputs[name]?.format.kind === 'csv');

const jsonAlphabet = [
  ...'{}[]:,"\\ \t\r\n0123456789.eE+-truefalsn/u\u0001é\x80',
  '"it"',
  '"v":',
  '\\u',
  '\\ud83d',
  'null',
  ',"it":7',
  '[1]',
  '{}',
  '',
];
const csvAlphabet = [
  ...',|<=>\t.\xc3\xa9"\r\n 0123456789-+eE:TZax\0\xff',
  '""',
  '",',
  '"\n',
  '||',
  '<=>',
  '\r\n',
  '"\r',
  '',
];

/** The harness has room for so many. */
const batchBytesMax = 1 << 24;

type Decoders = Awaited<ReturnType<typeof openDecoders>>;

/** Rounds over the decoders that the emitter writes. */
export async function fuzzDecoders(few: number): Promise<void> {
  const decoders = await openDecoders(inputs);
  const documentsRound = await openDocuments();
  await runRounds('decoders', few, async (random, counts) => {
    if (random.chance(0.1)) return documentsRound(random, counts);
    const name = random.pick(random.chance(0.6) ? jsonNames : csvNames);
    const bytes = randomBatch(random, name);
    const cuts = random.many(1 + random.below(4), () => random.next());
    count(counts, 'bytes', bytes.length);
    const check = (given: Uint8Array): string | undefined => problemOf(decoders, name, given, cuts, counts);
    const found = await watched(60, `decoder ${name}: ${literalOf(bytes)}`, () => check(bytes));
    if (found === undefined) return;
    const small = await fewer([...bytes], (left) => check(Uint8Array.from(left)) !== undefined);
    const last = check(Uint8Array.from(small)) ?? found;
    throw new FuzzFailure(`decoder ${name}: ${last}`, literalOf(Uint8Array.from(small)));
  });
}

// One to some records and what was done to them; or bytes, or tokens, of any kind.
function randomBatch(random: Random, name: string): Uint8Array {
  const binding = inputs[name] ?? input('');
  const alphabet = binding.format.kind === 'json' ? jsonAlphabet : csvAlphabet;
  if (random.chance(0.05)) return randomBytes(random, random.below(200));
  if (random.chance(0.1))
    return Buffer.from(random.many(random.below(60), () => random.pick(alphabet)).join(''), 'latin1');
  const record = (): Buffer => randomRecord(random, binding);
  const ends =
    binding.format.kind === 'json' ? ['\n', '\n', '\r\n', '', ' ', '\n\n', ','] : ['\n', '\n', '\r\n', '\r', ''];
  const parts = random.many(1 + random.below(5), () => [record(), Buffer.from(random.pick(ends))]);
  if (binding.format.kind === 'json' && random.chance(0.02)) {
    const depth = random.pick([3, 500, JSON_DEPTH_MAX - 2, JSON_DEPTH_MAX, 600]);
    parts.push([
      Buffer.from(`{"v":${'['.repeat(depth)}${']'.repeat(random.chance(0.2) ? depth - 1 : depth)}}`),
      Buffer.from('\n'),
    ]);
  }
  // A record above the limit, or above what a host keeps of one.
  if (random.chance(0.0007)) {
    const run = Buffer.alloc(RECORD_BYTES_MAX * random.pick([1, 1.5, 2, 2.5]), random.pick([...' x"[,\\\n']));
    parts.splice(random.below(parts.length), 0, [Buffer.from(random.pick(['', '{"vc":"', 'a,"', 'a,'])), run]);
  }
  let bytes: Uint8Array = Buffer.concat(parts.flat());
  for (let edits = random.below(5); edits > 0; edits--)
    bytes = edited(bytes, [randomEdit(random, bytes, record(), alphabet)]);
  return bytes.subarray(0, batchBytesMax);
}

/** What is wrong with how the decoders take bytes, or undefined. */
function problemOf(
  decoders: Decoders,
  name: string,
  bytes: Uint8Array,
  cuts: readonly number[],
  counts: Counts,
): string | undefined {
  try {
    const whole = decoders.decode(name, bytes);
    count(counts, 'outcomes', whole.outcomes.length);
    if (whole.consumed !== bytes.length) return `the last batch is consumed up to ${whole.consumed} of ${bytes.length}`;
    return (
      different('in pieces', whole.outcomes, inPieces(decoders, name, bytes, cuts)) ??
      (inputs[name]?.format.kind === 'json'
        ? jsonProblem(decoders, name, bytes, whole.outcomes)
        : csvProblem(decoders, name, bytes, whole.outcomes))
    );
  } catch (error) {
    return reasonOf(error).slice(0, 3000);
  }
}

function different(how: string, expected: readonly string[], found: readonly string[]): string | undefined {
  const at = expected.findIndex((row, index) => row !== found[index]);
  const place = at < 0 ? expected.length : at;
  return at < 0 && found.length === expected.length
    ? undefined
    : `${how}, outcome ${place} is ${found[place]}, not ${expected[place]}`;
}

// As a host feeds them: what was not consumed comes again in front of the next piece.
function inPieces(decoders: Decoders, name: string, bytes: Uint8Array, cuts: readonly number[]): string[] {
  const places = cuts.map((cut) => Math.floor(cut * (bytes.length + 1))).sort((left, right) => left - right);
  const outcomes: string[] = [];
  let from = 0;
  for (const to of [...places, bytes.length]) {
    const last = to === bytes.length;
    const result = decoders.decode(name, bytes.subarray(from, to), { last });
    outcomes.push(...result.outcomes);
    from += result.consumed;
    if (last) break;
  }
  return outcomes;
}

const isInvalid = (outcome: string): boolean => /^!invalid-(record|utf8)/.test(outcome);
/** Above a limit: nobody looked whether it is valid. */
const isBeyond = (outcome: string): boolean => /^!record-too-(deep|long)/.test(outcome);
const rejects = (outcomes: readonly string[]): string[] =>
  outcomes.map((row) => (row.startsWith('!') ? row.replace(' _', ' ') : 'row'));
// Of several columns that fault, one whose repeated member mends it leaves the naming to the order of columns.
const sorted = (outcomes: readonly string[]): string[] =>
  outcomes.map((row) => (row.startsWith('!coercion') ? '!coercion-failed' : row.split(' ').sort().join(' ')));

// A line that is not documents one after another is one invalid record; a record of its own may hold line feeds.
function jsonProblem(
  decoders: Decoders,
  name: string,
  bytes: Uint8Array,
  outcomes: readonly string[],
): string | undefined {
  const lines = linesOf(bytes);
  const wrong = lines.filter((line) => !isDocuments(line)).length;
  const invalid = outcomes.filter(isInvalid).length;
  // A line above twice the limit is given up in pieces, of which the last one may be valid or not.
  const beyond = outcomes.filter(isBeyond).length;
  if (beyond > 0 ? invalid > wrong + beyond : invalid !== wrong)
    return `${invalid} records are invalid, JSON.parse refuses ${wrong} lines`;
  const alone = decoders.decode(name, bytes, { records: true });
  if (!alone.outcomes.some(isBeyond) && alone.outcomes.some(isInvalid) === isDocuments(bytes))
    return `as a record: ${alone.outcomes.join(' | ').slice(0, 300)}`;
  if (name !== 'every') return undefined;
  return (
    different('shuffled', sorted(outcomes), sorted(decoders.decode('shuffled', bytes).outcomes)) ??
    different('unread', rejects(outcomes), rejects(decoders.decode('everyUnread', bytes).outcomes))
  );
}

// Fields that are read the short way and the long way, and fields that are checked only.
function csvProblem(
  decoders: Decoders,
  name: string,
  bytes: Uint8Array,
  outcomes: readonly string[],
): string | undefined {
  if (name !== 'comma') return undefined;
  const unread = different('unread', rejects(outcomes), rejects(decoders.decode('commaUnread', bytes).outcomes));
  // A bar is then no delimiter, and a doubled one can't come about.
  if (unread !== undefined || bytes.includes(0x7c) || bytes.length > RECORD_BYTES_MAX) return unread;
  const barred = Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(',', '||'), 'latin1');
  const plain = (rows: readonly string[]): string[] => rows.map((row) => row.replaceAll('||', ','));
  // Within quotes the delimiter is text, which a column of a few characters cuts elsewhere.
  return bytes.includes(0x22)
    ? undefined
    : different('with two bytes as delimiter', outcomes, plain(decoders.decode('everyBars', barred).outcomes));
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let from = 0; from <= bytes.length; ) {
    const end = bytes.indexOf(0x0a, from);
    lines.push(bytes.subarray(from, end < 0 ? bytes.length : end));
    if (end < 0) break;
    from = end + 1;
  }
  return lines;
}

/** True for JSON documents one after another (RFC 8259), as JSON.parse takes them. */
function isDocuments(bytes: Uint8Array): boolean {
  if (!isUtf8(bytes)) return false;
  const text = Buffer.from(bytes).toString();
  const blank = /[ \t\r\n]*/y;
  const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
  for (let at = 0; ; ) {
    blank.lastIndex = at;
    blank.test(text);
    const start = blank.lastIndex;
    if (start === text.length) return true;
    scalar.lastIndex = start;
    const isScalar = scalar.test(text);
    at = isScalar ? scalar.lastIndex : closing(text, start);
    if (at < 0 || !isJson(text.slice(start, at))) return false;
  }
}

// Behind the quote or bracket that closes the one at `from`, or −1.
function closing(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const unit = text[at];
    if (unit === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
      if (at >= text.length) return -1;
    } else if (unit === '{' || unit === '[') depth++;
    else if (unit === '}' || unit === ']') depth--;
    if (depth <= 0) return at + 1;
  }
  return -1;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
