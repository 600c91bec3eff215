// Definitions as files of the command line: names with dashes, outputs that are written, messages with file and JSON path.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { checkCommand } from '../../cli/check.ts';
import { wrapCsv } from '../../cli/console.ts';
import { bindSources, loadApplication, requireSources, scanNames, splitName } from '../../library/application.ts';
import { bindOutputs } from '../../library/outputs.ts';
import { runApplication } from '../../library/runApplication.ts';

const folder = mkdtempSync(join(tmpdir(), 'rowtime-definitions-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const schema = {
  RecordFormat: { RecordFormatType: 'JSON' },
  RecordColumns: [
    { Name: 'a', SqlType: 'VARCHAR(20)' },
    { Name: 'b', SqlType: 'INTEGER' },
  ],
};
const sql = `CREATE STREAM "OUT-a" ("a" VARCHAR(20), "b" INTEGER);
CREATE PUMP "P" AS INSERT INTO "OUT-a" SELECT STREAM "a", "b" FROM "S-x_001";
CREATE STREAM "LAST" ("a" VARCHAR(20));
CREATE PUMP "Q" AS INSERT INTO "LAST" SELECT STREAM "a" FROM "OUT-a";`;
const out = (stream: string, format: string): object => ({
  Name: stream,
  DestinationSchema: { RecordFormatType: format },
});
const definition = {
  ApplicationName: 'a',
  ApplicationCode: sql,
  Inputs: [{ NamePrefix: 'S-x', InputSchema: schema }],
  Outputs: [out('OUT-a', 'CSV')],
};

function load(content: unknown, code?: string): Extract<ReturnType<typeof loadApplication>, { kind: 'sql' }> {
  const application = loadApplication(file('app.json', content), code);
  if (application.kind !== 'sql') throw new Error('an artifact');
  return application;
}

/** What `check` prints of applications, as objects, and its status. */
async function checked(paths: readonly string[], json = true): Promise<{ status: number; printed: string[] }> {
  const printed: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed.push(String(text).trimEnd().replaceAll(`${folder}/`, ''));
    return true;
  });
  const common = { schema: [], flavour: 'simd', optimize: true, cache: false, source: [], reference: [] } as const;
  const options = { ...common, schema: [], source: [], reference: [] };
  const status = await checkCommand(paths, json ? { ...options, json } : options);
  vi.restoreAllMocks();
  return { status, printed };
}

describe('outputs of a definition', () => {
  it('are written where no sink is given, with error_stream', async () => {
    const { outputs } = await bindOutputs(load(definition), ['S-x_001'], []);
    expect(outputs).toEqual([
      { stream: 'OUT-a', format: 'csv', rowtime: false },
      { stream: 'error_stream', format: 'json', rowtime: false },
    ]);
    expect((await bindOutputs(load({ ...definition, Outputs: [] }), ['S-x_001'], [])).outputs).toBeUndefined();
  });

  it('say the format of a sink whose URL does not', async () => {
    const sinks = ['OUT-a=-', 'LAST=-'];
    const formats = async (texts: string[]): Promise<(string | undefined)[]> =>
      ((await bindOutputs(load(definition), [], texts)).outputs ?? []).map(({ format }) => format);
    expect(await formats(sinks)).toEqual(['csv', 'json']);
    expect(await formats(['OUT-a=o.out', 'LAST=l.csv'])).toEqual(['csv', 'csv']);
    expect(await formats(['OUT-a=o.jsonl', 'LAST=-?format=csv'])).toEqual(['json', 'csv']);
  });

  it('of streams that the application has not are told and left out', async () => {
    const bound = async (...names: string[]): Promise<unknown> => {
      const outputs = names.map((name) => out(name, 'JSON'));
      const { notices, outputs: found } = await bindOutputs(load({ ...definition, Outputs: outputs }), ['S-x_001'], []);
      return [notices.map(({ path, message }) => `${path}: ${message}`), found?.map(({ stream }) => stream)];
    };
    const missing = (name: string): string =>
      `$.Outputs[0].Name: the application has no stream "${name}", so that nothing is written there`;
    expect(await bound('out-A', 'LAST')).toEqual([
      [`${missing('out-A')} (names differ in case: the stream is called "OUT-a")`],
      ['LAST', 'error_stream'],
    ]);
    expect(await bound('OUT_a', 'LAST')).toEqual([
      [`${missing('OUT_a')} (did you mean "OUT-a"?)`],
      ['LAST', 'error_stream'],
    ]);
    // Where none is left all that nothing reads is written, as without outputs.
    expect(await bound('X')).toEqual([[`${missing('X')} (there is OUT-a, LAST, S-x_001, error_stream)`], undefined]);
  });

  it('run to their files in their format, though a pump reads the stream', { timeout: 60_000 }, async () => {
    const records = '{"a":"x, \\"y\\"","b":1}\n{"a":"l\\nm","b":null}\n';
    const target = join(folder, 'rows.out');
    const { report } = await runApplication({
      application: file('app.json', definition),
      sources: [`S-x=${file('in.jsonl', records)}`],
      sinks: [`OUT-a=${target}`],
      cache: false,
    });
    expect(report?.complete).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('"x, ""y""",1\n"l\nm",\n');
    const printed = new TextDecoder().decode(wrapCsv(readFileSync(target), Buffer.from('{"row":')));
    expect(printed).toBe('{"row":"\\"x, \\"\\"y\\"\\"\\",1"}\n{"row":"\\"l\\nm\\","}\n');
  });
});

describe('names', () => {
  it('that are known need no quotes', () => {
    expect(splitName('S-x=a=b', ['S', 'S-x'])).toEqual({ name: 'S-x', value: 'a=b' });
    expect(splitName('s-X=a', ['S-x'])).toEqual({ name: 's-X', value: 'a' });
    expect(splitName('"S-x"=a')).toEqual({ name: 'S-x', value: 'a' });
    expect(splitName('S-x=a')).toEqual({ name: undefined, value: 'S-x=a' });
  });

  it('are found with doubled quotes, and behind a comment that a carriage return ends', () => {
    expect(scanNames('-- x\rCREATE STREAM "a""b" (c INTEGER);').created).toEqual(['a"b']);
  });

  it('of all streams that a prefix makes need a source', async () => {
    const twice = {
      ...definition,
      Inputs: [{ NamePrefix: 'IN', InputSchema: schema, InputParallelism: { Count: 2 } }],
    };
    const code = `CREATE STREAM O ("a" VARCHAR(20)); ${[1, 2]
      .map((number) => `CREATE PUMP P${number} AS INSERT INTO O SELECT STREAM "a" FROM "IN_00${number}";`)
      .join(' ')}`;
    const application = load({ ...twice, ApplicationCode: code, Outputs: [] });
    const sources = await bindSources(application, [`IN_001=${file('in.jsonl', '{}')}`], [], []);
    expect(() => requireSources(application, sources)).toThrow(
      'input IN_002 has no source: --source IN=URL feeds all 2 streams of IN, --source IN_002=URL this one',
    );
    requireSources(application, await bindSources(application, [`IN=${file('in.jsonl', '{}')}`], [], []));
  });
});

describe('check', () => {
  it('goes on behind an application that can not be taken, and names files and JSON paths', async () => {
    const broken = file('broken.json', { ...definition, Inputs: 5 });
    const wrong = file('wrong.json', { ...definition, ApplicationCode: sql.replace('"b" FROM', '"c" FROM') });
    const { status, printed } = await checked([broken, file('app.yaml', 'a: b'), file('main.tf', 'x'), wrong]);
    expect(status).toBe(1);
    expect(printed.map((line) => JSON.parse(line) as object)).toMatchObject([
      {
        code: 'invalid-definition',
        file: 'broken.json',
        path: '$.Inputs',
        message: 'must be a list, not the number 5',
      },
      { code: 'invalid-definition', file: 'app.yaml', message: 'is YAML, neither SQL nor JSON' },
      { code: 'invalid-definition', file: 'main.tf', message: 'is a configuration of Terraform, neither SQL nor JSON' },
      { code: 'unknown-column', file: 'wrong.json', path: '$.ApplicationCode', line: 2, column: 59 },
    ]);
    expect((await checked([broken], false)).printed).toEqual([
      'rowtime: broken.json: $.Inputs: must be a list, not the number 5',
    ]);
  });

  it('shows places of a definition in its member', async () => {
    const v2 = {
      ApplicationCodeConfiguration: { CodeContent: { TextContent: sql.replace('"b" FROM', '"c" FROM') } },
      SqlApplicationConfiguration: { Inputs: definition.Inputs },
    };
    expect((await checked([file('v2.json', v2)], false)).printed[0]).toContain('--> v2.json TextContent:2:59\n');
  });

  it('tells of an output without a stream, and of an application without a pump', async () => {
    const commented = { ...definition, ApplicationCode: '-- nothing' };
    const { status, printed } = await checked([file('v1', commented)], false);
    expect(status).toBe(0);
    expect(printed[0]).toContain('v1: $.Outputs[0].Name: the application has no stream "OUT-a"');
    expect(printed[1]).toContain('warning[no-pump]');
    const unread = await checked([file('v1', { ...commented, ApplicationCode: 'CREATE PUMP P;' })]);
    expect(unread.printed.join()).not.toContain('no-pump');
    const said: string[] = [];
    await runApplication({
      application: file('app.json', { ...definition, Outputs: [out('NO', 'CSV')] }),
      sources: [`S-x=${file('in.jsonl', '{}')}`],
      sinks: [],
      cache: false,
      onNotice: (text) => said.push(text),
    });
    expect(said.join('\n')).toContain('the application has no stream "NO"');
  });

  it('prints notices', async () => {
    const input = {
      ...definition.Inputs[0],
      InputProcessingConfiguration: { InputLambdaProcessor: { ResourceARN: 'f' } },
    };
    const { status, printed } = await checked([file('lambda.json', { ...definition, Inputs: [input] })]);
    expect(status).toBe(0);
    expect(JSON.parse(printed[0] ?? '')).toMatchObject({
      severity: 'note',
      code: 'lambda-preprocessing',
      file: 'lambda.json',
    });
  });

  it('takes code from elsewhere, and asks for it', async () => {
    const code = file('code.sql', sql);
    const { ApplicationCode: _, ...without } = definition;
    expect(load(without, code)).toMatchObject({ name: code, text: sql });
    expect(() => load(without)).toThrow('app.json: $.ApplicationCode: there is no application code');
    expect(load({ ...definition, ApplicationCode: { 'Fn::Sub': 'x' } }, code).text).toBe(sql);
  });
});

describe('schemas and reference tables that the SQL does not read', () => {
  const plain = 'CREATE STREAM "D" ("x" INTEGER); CREATE PUMP "P" AS INSERT INTO "D" SELECT STREAM "x" FROM "S_001";';

  it('are taken, and said; what is like a name is taken for a mistake', { timeout: 60_000 }, async () => {
    const said: string[] = [];
    const run = async (schemas: string[], references: string[]): Promise<void> => {
      await runApplication({
        application: file('plain.sql', plain),
        sources: [`S_001=${file('s.jsonl', '{"x":1}\n')}`],
        sinks: [`D=${join(folder, 'd.jsonl')}?mode=overwrite`],
        schemas: ['S_001=("x" INTEGER)', ...schemas],
        references,
        cache: false,
        onNotice: (text) => said.push(text),
      });
    };
    await run(['TABLE_OF_OTHERS=("id" VARCHAR(4))'], [`TABLE_OF_OTHERS=${file('r.jsonl', '{"id":"a"}\n')}`]);
    expect(readFileSync(join(folder, 'd.jsonl'), 'utf8')).toBe('{"x":1}\n');
    expect(said).toContain('no query reads reference table "TABLE_OF_OTHERS"');
    await expect(run([], [`S_002=${file('r.jsonl', '{}')}`])).rejects.toThrow('did you mean "S_001"?');
  });
});
