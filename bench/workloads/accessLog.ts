// Lines of a web server's access log (combined format) taken apart by a regular expression.
import { type EmitRow, eventTime, type NodeProgram, type Random, textOf, timeOf, type Workload } from '../workload.ts';

const methods = ['GET', 'GET', 'GET', 'POST', 'HEAD'];
const pages = ['/', '/index.html', '/catalogue', '/search?q=chairs', '/images/logo.png', '/cart/checkout'];
const clients = [
  'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36',
  'curl/8.5.0',
  'ExampleBot/2.1 (+http://bot.example/about)',
];
const statuses = ['200', '200', '200', '200', '304', '404', '500'];

/** Address, user, time, method, path, status, bytes, referer, client; without back references, so that every engine takes it. */
const pattern = String.raw`^(\S+) \S+ (\S+) \[([^\]]+)\] "([A-Z]+) ([^" ]+) HTTP/[0-9.]+" ([0-9]{3}) ([0-9]+|-) "([^"]*)" "([^"]*)"$`;

// One line in fifty is no line of this format: its fields are NULL.
function generate(random: Random, index: number): string {
  const time = eventTime(index);
  const address = `10.${random.below(256)}.${random.below(256)}.${random.below(256)}`;
  const page = `${random.pick(pages)}${random.below(2) === 0 ? '' : `?page=${random.below(90)}`}`;
  const size = random.below(20) === 0 ? '-' : String(random.below(90_000));
  const line =
    random.below(50) === 0
      ? `${address} broken line ${random.below(1000)}`
      : `${address} - ${random.below(9) === 0 ? `user${random.below(50)}` : '-'} [23/Nov/2026:10:${time.slice(14, 19)} +0000] ` +
        `"${random.pick(methods)} ${page} HTTP/1.1" ${random.pick(statuses)} ${size} "https://www.example.org${random.pick(pages)}" "${random.pick(clients)}"`;
  return `${JSON.stringify({ EVENT_TIME: time, LINE: line })}\n`;
}

function node(emit: EmitRow): NodeProgram {
  const expression = new RegExp(pattern, 'su');
  return {
    record(line) {
      const record = JSON.parse(line) as Record<string, unknown>;
      timeOf(record['EVENT_TIME']);
      const match = expression.exec(textOf(record['LINE']));
      if (match === null) return;
      const [, address = '', , , method = '', path = '', status = '', bytes = '', , client = ''] = match;
      if (status === '404' || status === '500') emit([address, method, path, status, bytes, client]);
    },
    end() {},
  };
}

const fields = ['ADDRESS', 'METHOD', 'PATH', 'STATUS', 'BYTES_SENT', 'CLIENT'];
const groups = [1, 4, 5, 6, 7, 9];

/** Requests that failed, with six of nine fields. */
export const accessLog: Workload = {
  name: 'access-log',
  title: 'REGEX_LOG_PARSE of an access log, nine groups',
  format: 'jsonl',
  records: 500_000,
  stream: 'LINES',
  columns: [
    { name: 'EVENT_TIME', type: 'TIMESTAMP' },
    { name: 'LINE', type: 'VARCHAR(512)' },
  ],
  purpose: 'Requests that failed.',
  pumps: `CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM ${groups.map((group) => `t.r.COLUMN${group}`).join(', ')}
  FROM (SELECT STREAM REGEX_LOG_PARSE(LINE, '${pattern}') AS r FROM "LINES") AS t
  WHERE t.r.COLUMN6 = '404' OR t.r.COLUMN6 = '500';
`,
  result: fields.map((name) => ({ name, type: name === 'CLIENT' || name === 'PATH' ? 'VARCHAR(200)' : 'VARCHAR(16)' })),
  dataVersion: 1,
  generate,
  node,
  duckdb: (input) => `
    SELECT ${fields.map((name) => `r.${name} AS ${name}`).join(', ')}
    FROM (SELECT regexp_extract(LINE, '${pattern}', ['ADDRESS', 'USER_NAME', 'AT', 'METHOD', 'PATH', 'STATUS', 'BYTES_SENT',
      'REFERER', 'CLIENT']) AS r FROM ${input})
    WHERE r.STATUS = '404' OR r.STATUS = '500'`,
  simdjson: { absent: 'C++ has no regular expressions of comparable speed in its library' },
};
