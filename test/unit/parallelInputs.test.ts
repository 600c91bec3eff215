// One source that feeds several in-application streams record by record (SEMANTICS 29): a record is what its format says, not a line.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runApplication } from '../../library/runApplication.ts';

const folder = mkdtempSync(join(tmpdir(), 'rowtime-parallel-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const sql = [1, 2, 3].map(
  (number) => `CREATE STREAM "OUT_${number}" (v VARCHAR(20));
CREATE PUMP "P_${number}" AS INSERT INTO "OUT_${number}" SELECT STREAM "v" FROM "S_00${number}";`,
);

/** What each of three streams got of a file. */
async function shares(input: string, content: string, format: object): Promise<string[][]> {
  const definition = {
    ApplicationName: 'a',
    ApplicationCode: sql.join('\n'),
    Inputs: [
      {
        NamePrefix: 'S',
        InputParallelism: { Count: 3 },
        InputSchema: {
          RecordColumns: [{ Name: 'v', SqlType: 'VARCHAR(20)', Mapping: '$.v' }],
          RecordFormat: format,
        },
        KinesisStreamsInput: { ResourceARN: 'arn:in', RoleARN: 'arn:role' },
      },
    ],
  };
  const names = [1, 2, 3].map((number) => join(folder, `${input}.${number}.jsonl`));
  await runApplication({
    application: file(`${input}.application.json`, JSON.stringify(definition)),
    sources: [`S=${file(input, content)}`],
    sinks: [
      ...names.map((name, index) => `OUT_${index + 1}=${name}`),
      `error_stream=${join(folder, `${input}.errors.jsonl`)}`,
    ],
    cache: false,
  });
  const rows = names.map((name) =>
    readFileSync(name, 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  );
  return rows.map((lines) => lines.map((line) => (JSON.parse(line) as { V: string }).V));
}

const csv = {
  RecordFormatType: 'CSV',
  MappingParameters: { CSVMappingParameters: { RecordRowDelimiter: '\n', RecordColumnDelimiter: ',' } },
};
const json = {
  RecordFormatType: 'JSON',
  MappingParameters: { JSONMappingParameters: { RecordRowPath: '$' } },
};

test('fields with line breaks, blank lines and records that can not be read', { timeout: 60_000 }, async () => {
  expect(await shares('in.csv', 'a\n"b\nc"\n\nd\n"e""\n\n"\nf\n"g" x\nh\n\n', csv)).toEqual([
    ['a', 'e"\n\n', 'h'],
    ['b\nc', 'f'],
    ['d'],
  ]);
});

test('documents over several lines', { timeout: 60_000 }, async () => {
  expect(await shares('in.json', '{"v":\n"a"}\n\n{"v":"b"}{"v":"c"}\n{"v"\n:"d"}', json)).toEqual([
    ['a', 'd'],
    ['b'],
    ['c'],
  ]);
});
