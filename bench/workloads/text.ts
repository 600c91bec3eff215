// LIKE, SUBSTRING and UPPER over log lines whose texts hold escapes. Letters are ASCII and Latin-1, so that upper case is the
// same in every program; other characters (one beyond the basic plane) have no case.
import { type EmitRow, eventTime, type NodeProgram, type Random, textOf, timeOf, type Workload } from '../workload.ts';

const pieces = [
  'disk \\"sda1\\" is full',
  'path C:\\\\temp\\\\log',
  'caf\\u00e9 order',
  'line\\nbreak',
  'tab\\tstop',
  'plain words only',
  'gr\\u00fcsse',
  'smile \\ud83d\\ude00 here',
  'déjà vu',
  'request took 250 ms',
  'user said \\"no\\"',
];
const paths = ['api\\/orders', 'api/users', 'static/app', 'api/items', 'health'];

function generate(random: Random, index: number): string {
  const words: string[] = [];
  for (let count = 2 + random.below(5); count > 0; count--) words.push(random.pick(pieces));
  return (
    `{"EVENT_TIME":"${eventTime(index)}","HOST":"host-${random.below(200)}","MESSAGE":"${words.join(', ')}",` +
    `"PATH":"/${random.pick(paths)}/${random.below(1000)}","STATUS":"${random.pick(['ok', 'warn', 'fail'])}"}\n`
  );
}

/** The first `count` code points. */
function firstCharacters(text: string, count: number): string {
  let end = 0;
  for (let taken = 0; taken < count && end < text.length; taken++)
    end += (text.codePointAt(end) as number) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}

function node(emit: EmitRow): NodeProgram {
  const like = /^\/api\/.*7.$/su;
  return {
    record(line) {
      const entry = JSON.parse(line) as Record<string, unknown>;
      timeOf(entry['EVENT_TIME']);
      const host = textOf(entry['HOST']);
      const message = textOf(entry['MESSAGE']);
      const path = textOf(entry['PATH']);
      textOf(entry['STATUS']);
      if (like.test(path)) emit([host, firstCharacters(message, 40).toUpperCase(), path]);
    },
    end() {},
  };
}

/** Log lines of some paths, the message shortened and in upper case. */
export const text: Workload = {
  name: 'text',
  title: 'LIKE, SUBSTRING and UPPER over texts with escapes',
  format: 'jsonl',
  records: 5_000_000,
  stream: 'LOGS',
  columns: [
    { name: 'EVENT_TIME', type: 'TIMESTAMP' },
    { name: 'HOST', type: 'VARCHAR(16)' },
    { name: 'MESSAGE', type: 'VARCHAR(256)' },
    { name: 'PATH', type: 'VARCHAR(64)' },
    { name: 'STATUS', type: 'VARCHAR(8)' },
  ],
  purpose: 'Messages of some paths, shortened and in upper case.',
  pumps: `CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM HOST, UPPER(SUBSTRING(MESSAGE FROM 1 FOR 40)), PATH FROM "LOGS" WHERE PATH LIKE '/api/%7_';
`,
  result: [
    { name: 'HOST', type: 'VARCHAR(16)' },
    { name: 'MESSAGE', type: 'VARCHAR(40)' },
    { name: 'PATH', type: 'VARCHAR(64)' },
  ],
  dataVersion: 1,
  generate,
  node,
  duckdb: (input) => `
    SELECT HOST, upper(substring(MESSAGE, 1, 40)) AS MESSAGE, PATH
    FROM ${input}
    WHERE PATH LIKE '/api/%7_'`,
  simdjson: { source: 'text.cpp' },
};
