// Fuzzes the reading of JSON documents over many lines, which needs the loop of a whole artifact: the pieces in which they come change nothing.
import type { Program } from '../../runtime/program.ts';
import { compileForTest } from '../../testing/modules.ts';
import { parseColumns } from '../../testing/types.ts';
import type { Random } from './choices.ts';
import { fewer } from './fewer.ts';
import { count, FuzzFailure, reasonOf, watched, type Counts } from './fuzz.ts';
import { edited, literalOf, randomEdit } from './mutate.ts';
import { randomRecord } from './records.ts';
import { instancesOf } from './runAtRandom.ts';

const columns = parseColumns('it INTEGER, vc VARCHAR(9), du DOUBLE');
const inputs = ['$', '$.a.rows'].map((rowPath, index) => ({
  stream: `S${index}`,
  format: { kind: 'json', rowPath } as const,
  columns,
  documents: true,
}));
const sql = inputs
  .map(
    ({ stream }) => `CREATE OR REPLACE STREAM "OUT_${stream}" (it INTEGER, vc VARCHAR(9), du DOUBLE);
CREATE OR REPLACE PUMP "P_${stream}" AS INSERT INTO "OUT_${stream}" SELECT STREAM it, vc, du FROM "${stream}";`,
  )
  .join('\n');
const alphabet = [
  ...'{}[]:,"\\ \n\r\t0123456789.eE-tfnul\x00\x80',
  '\n\n',
  '},\n{',
  ']\n[',
  '"it":1',
  'null',
  '{}',
  '',
];

/** A round over documents; the artifact is compiled once. */
export async function openDocuments(): Promise<(random: Random, counts: Counts) => Promise<void>> {
  const { wasm } = await compileForTest('documents', sql, { inputs, keyGroups: 1 });
  if (wasm === undefined) throw new Error('the artifact of this test does not compile');
  const open = await instancesOf(wasm, 1);
  return async (random, counts) => {
    const number = random.below(inputs.length);
    const bytes = randomDocuments(random, number);
    const cuts = random.many(1 + random.below(4), () => random.next());
    const check = (given: Uint8Array): string | undefined => problemOf(open, number, given, cuts);
    count(counts, 'of documents');
    const found = await watched(60, `documents of S${number}: ${literalOf(bytes)}`, () => check(bytes));
    if (found === undefined) return;
    const small = Uint8Array.from(await fewer([...bytes], (left) => check(Uint8Array.from(left)) !== undefined));
    throw new FuzzFailure(`documents of S${number}, cuts ${cuts.join(' ')}: ${check(small)}`, literalOf(small));
  };
}

function randomDocuments(random: Random, number: number): Uint8Array {
  const binding = inputs[number];
  const record = (): Buffer => {
    const text = binding === undefined ? '{}' : randomRecord(random, binding).toString();
    return Buffer.from(random.chance(0.5) ? text.replaceAll(/([{[,])(?=["{0-9])/g, '$1\n  ') : text);
  };
  const isArray = random.chance(0.4);
  const joint = isArray ? [',', ',\n', '\n,'] : ['\n', '', '\n\n', ' '];
  const parts = random.many(1 + random.below(5), () => [record(), Buffer.from(random.pick(joint))]).flat();
  if (isArray) parts.pop();
  let bytes: Uint8Array = Buffer.concat(isArray ? [Buffer.from('['), ...parts, Buffer.from(']\n')] : parts);
  for (let edits = random.below(4); edits > 0; edits--)
    bytes = edited(bytes, [randomEdit(random, bytes, record(), alphabet)]);
  return bytes;
}

function problemOf(
  open: () => Program,
  number: number,
  bytes: Uint8Array,
  cuts: readonly number[],
): string | undefined {
  try {
    const whole = outcomeOf(open(), number, bytes, []);
    const pieces = outcomeOf(open(), number, bytes, cuts);
    return whole === pieces ? undefined : `as a whole\n${whole}\nin pieces\n${pieces}`;
  } catch (error) {
    return reasonOf(error);
  }
}

// All that is written and counted. A host keeps what was not consumed in front of what comes next.
function outcomeOf(program: Program, number: number, bytes: Uint8Array, cuts: readonly number[]): string {
  const texts = new Map<number, string>();
  const receive = (output: number, received: Uint8Array): void => {
    texts.set(output, `${texts.get(output) ?? ''}${Buffer.from(received).toString('latin1')}`);
  };
  const places = cuts.map((cut) => Math.floor(cut * (bytes.length + 1))).sort((left, right) => left - right);
  let from = 0;
  for (const to of [...places, bytes.length]) {
    const last = to === bytes.length;
    from += program.feedRaw(number, bytes.subarray(from, to), last, 0n, receive);
    if (last) break;
  }
  if (from !== bytes.length) throw new Error(`consumed up to ${from} of ${bytes.length}`);
  program.drain(receive);
  const ledger = program.ledger().map(({ name, counters }) => `${name} ${JSON.stringify(counters)}`);
  return [...texts]
    .sort(([left], [right]) => left - right)
    .map(([output, text]) => `${output}: ${text}`)
    .concat(ledger)
    .join('\n');
}
