// Application definitions in their four shapes, and what is refused with its place.
import { describe, expect, it } from 'vitest';
import { type ApplicationDefinition, parseDefinition } from '../../runtime/definition.ts';
import { SchemaError } from '../../runtime/members.ts';
import { parseInputSchema, parseSchemaFile } from '../../runtime/schema.ts';

const schema = {
  RecordFormat: { RecordFormatType: 'JSON', MappingParameters: { JSONMappingParameters: { RecordRowPath: '$' } } },
  RecordEncoding: 'UTF-8',
  RecordColumns: [
    { Name: 'TICKER', SqlType: 'VARCHAR(4)', Mapping: '$.TICKER' },
    { Name: 'PRICE', SqlType: 'DOUBLE', Mapping: '$.PRICE' },
  ],
};
const input = {
  NamePrefix: 'S',
  InputSchema: schema,
  InputParallelism: { Count: 2 },
  KinesisStreamsInput: { ResourceARN: 'arn:in', RoleARN: 'arn:role' },
};
const output = {
  Name: 'OUT',
  KinesisFirehoseOutput: { ResourceARN: 'arn:out', RoleARN: 'arn:role' },
  DestinationSchema: { RecordFormatType: 'CSV' },
};
const { KinesisStreamsInput: _, ...bareInput } = input;
const describedInput = {
  ...bareInput,
  InputId: '1.1',
  InAppStreamNames: ['S_001', 'S_002'],
  KinesisStreamsInputDescription: { ResourceARN: 'arn:in' },
};
const describedOutput = {
  Name: 'OUT',
  OutputId: '2.1',
  DestinationSchema: { RecordFormatType: 'CSV' },
  KinesisFirehoseOutputDescription: { ResourceARN: 'arn:out' },
};

const shapes: Record<string, object> = {
  'create-v1': { ApplicationName: 'a', ApplicationCode: 'SQL', Inputs: [input], Outputs: [output] },
  'describe-v1': {
    ApplicationDetail: {
      ApplicationName: 'a',
      ApplicationARN: 'arn',
      ApplicationStatus: 'READY',
      ApplicationVersionId: 3,
      ApplicationCode: 'SQL',
      InputDescriptions: [describedInput],
      OutputDescriptions: [describedOutput],
    },
  },
  'create-v2': {
    ApplicationName: 'a',
    RuntimeEnvironment: 'SQL-1_0',
    ServiceExecutionRole: 'arn:role',
    ApplicationConfiguration: {
      ApplicationCodeConfiguration: { CodeContentType: 'PLAINTEXT', CodeContent: { TextContent: 'SQL' } },
      SqlApplicationConfiguration: { Inputs: [input], Outputs: [output] },
    },
  },
  'describe-v2': {
    ApplicationDetail: {
      ApplicationName: 'a',
      ApplicationARN: 'arn',
      RuntimeEnvironment: 'SQL-1_0',
      ApplicationStatus: 'READY',
      ApplicationVersionId: 1,
      ApplicationConfigurationDescription: {
        ApplicationCodeConfigurationDescription: {
          CodeContentType: 'PLAINTEXT',
          CodeContentDescription: { TextContent: 'SQL' },
        },
        SqlApplicationConfigurationDescription: {
          InputDescriptions: [describedInput],
          OutputDescriptions: [describedOutput],
        },
      },
    },
  },
};

describe('definitions', () => {
  for (const [shape, value] of Object.entries(shapes)) {
    it(`takes ${shape}`, () => {
      expect(parseDefinition(value)).toMatchObject({
        shape,
        name: 'a',
        code: 'SQL',
        inputs: [
          {
            prefix: 'S',
            streams: ['S_001', 'S_002'],
            arn: 'arn:in',
            shape: { columns: [{ name: 'TICKER', type: { kind: 'VARCHAR', length: 4 } }, {}] },
          },
        ],
        outputs: [{ stream: 'OUT', format: 'csv', arn: 'arn:out' }],
      });
    });
  }

  it('names the place of what is unknown, missing or contradictory', () => {
    const refused = (value: object): string => {
      try {
        parseDefinition({ ApplicationName: 'a', ...value });
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(refused({ Inputs: [{ ...input, NamePrefx: 'x' }] })).toBe(
      '$.Inputs[0].NamePrefx: is not a member that is known here; did you mean "NamePrefix"?',
    );
    expect(refused({ Inputs: [{ NamePrefix: 'S' }] })).toBe('$.Inputs[0].InputSchema: is missing');
    expect(refused({ Inputs: [input, input] })).toBe(
      '$.Inputs[1].NamePrefix: "S_001" is an input stream, and an input stream at $.Inputs[0].NamePrefix already',
    );
    expect(refused({ Outputs: [{ ...output, LambdaOutput: { ResourceARN: 'x' } }] })).toMatch(
      /^\$\.Outputs\[0\]\.LambdaOutput: contradicts KinesisFirehoseOutput/,
    );
    const columns = [{ Name: 'A', SqlType: 'VARCHR(4)', Mapping: '$.A' }];
    expect(refused({ Inputs: [{ ...input, InputSchema: { ...schema, RecordColumns: columns } }] })).toBe(
      '$.Inputs[0].InputSchema.RecordColumns[0].SqlType: "VARCHR(4)" is not a type of a column; did you mean VARCHAR?',
    );
  });
});

/** The message and the hint of what is refused, else an empty text. */
function refusal(read: () => unknown): string {
  try {
    read();
    return '';
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    return `${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`;
  }
}

const refused = (value: unknown): string => refusal(() => parseDefinition(value));
const create = (members: object): object => ({ ApplicationName: 'a', ApplicationCode: 'SQL', ...members });
const createV2 = (members: object): object => ({ ApplicationName: 'a', RuntimeEnvironment: 'SQL-1_0', ...members });

describe('what the API leaves open', () => {
  it('is absent as a whole, or null', () => {
    const { code, codeMissing, inputs } = parseDefinition(createV2({}));
    expect([code, codeMissing, inputs]).toEqual([undefined, 'there is no application code', []]);
    const nulls = {
      ...schema,
      RecordEncoding: null,
      RecordColumns: [{ Name: 'a.b', SqlType: 'INTEGER', Mapping: null }],
    };
    const [read] = parseDefinition(create({ Outputs: null, Inputs: [{ ...input, InputSchema: nulls }] })).inputs;
    expect(read?.shape.columns[0]?.mapping).toBe('$["a.b"]');
    const rowPath = { RecordFormatType: 'JSON', MappingParameters: { JSONMappingParameters: { RecordRowPath: null } } };
    expect(parseInputSchema({ ...schema, RecordFormat: rowPath }, '$').format).toEqual({ kind: 'json', rowPath: '$' });
  });

  it('may be more in answers of later versions, not in requests', () => {
    const detail = {
      ApplicationName: 'a',
      ApplicationStatus: 'READY',
      New: 1,
      InputDescriptions: [{ ...describedInput, New: 2 }],
    };
    expect(parseDefinition({ ApplicationDetail: detail, ResponseMetadata: {} }).inputs).toHaveLength(1);
    expect(parseDefinition({ ApplicationVersionDetail: detail }).inputs).toHaveLength(1);
    expect(refused(create({ New: 1 }))).toBe('$.New: is not a member that is known here');
  });

  it('lets a stream have several outputs, and tells when their formats differ', () => {
    const json = { ...output, DestinationSchema: { RecordFormatType: 'JSON' } };
    const both = parseDefinition(create({ Outputs: [output, output, json] }));
    expect(both.outputs.map(({ stream, format, path }) => [stream, format, path])).toEqual([
      ['OUT', 'csv', '$.Outputs[0].Name'],
      ['OUT', 'csv', '$.Outputs[1].Name'],
      ['OUT', 'json', '$.Outputs[2].Name'],
    ]);
    expect(both.notices).toMatchObject([{ code: 'output-formats', path: '$.Outputs[2].Name' }]);
  });

  it('notices a Lambda function before the input', () => {
    const processing = (members: object): object => ({ ...input, InputProcessingConfiguration: members });
    const taken = parseDefinition(create({ Inputs: [processing({ InputLambdaProcessor: { ResourceARN: 'arn:f' } })] }));
    expect(taken.notices).toMatchObject([
      { code: 'lambda-preprocessing', path: '$.Inputs[0].InputProcessingConfiguration' },
    ]);
    expect(taken.notices[0]?.message).toContain('arn:f');
    expect(refused(create({ Inputs: [processing({ Foo: 1 })] }))).toContain(
      '$.Inputs[0].InputProcessingConfiguration.Foo',
    );
  });
});

describe('delimiters', () => {
  const csv = (row: string, column: string): unknown =>
    parseInputSchema(
      {
        RecordFormat: {
          RecordFormatType: 'CSV',
          MappingParameters: { CSVMappingParameters: { RecordRowDelimiter: row, RecordColumnDelimiter: column } },
        },
        RecordColumns: [{ Name: 'A', SqlType: 'INTEGER' }],
      },
      '$',
    ).format;

  it('are characters or escapes of two', () => {
    const formats = ['\n', '\r\n', String.raw`\n`, String.raw`\r\n`].map((row) => csv(row, String.raw`\t`));
    expect(formats).toEqual(
      ['\n', '\r\n', '\n', '\r\n'].map((rowDelimiter) => ({ kind: 'csv', columnDelimiter: '\t', rowDelimiter })),
    );
  });

  it.each([
    [' ', ',', 'RecordRowDelimiter: can\'t be " ": rows end at line feeds'],
    ['\r', ',', 'RecordRowDelimiter: can\'t be "\\r": rows end at line feeds'],
    [',', ',', 'RecordColumnDelimiter: is the same as RecordRowDelimiter'],
    ['\n', '"', 'RecordColumnDelimiter: can\'t hold "'],
    ['\r\n', '\n', "RecordColumnDelimiter: can't hold a line break"],
  ])('%j and %j are refused', (row, column, message) => {
    expect(refusal(() => csv(row, column))).toContain(
      `$.RecordFormat.MappingParameters.CSVMappingParameters.${message}`,
    );
  });
});

describe('schemas', () => {
  const withFormat = (format: object): string =>
    refusal(() => parseInputSchema({ ...schema, RecordFormat: format }, '$'));
  const withColumn = (column: object): string =>
    refusal(() => parseInputSchema({ ...schema, RecordColumns: [{ Name: 'A', SqlType: 'INTEGER', ...column }] }, '$'));

  it('blame the format before its parameters', () => {
    const parameters = { MappingParameters: { JSONMappingParameters: { RecordRowPath: '$' } } };
    expect(withFormat({ RecordFormatType: 'json', ...parameters })).toBe(
      '$.RecordFormat.RecordFormatType: must be "JSON" or "CSV", not "json"; did you mean "JSON"?',
    );
    expect(withFormat({ RecordFormatType: 'XML', ...parameters })).toMatch(/not "XML"$/);
    expect(withFormat({ RecordFormatType: 5 })).toMatch(/not the number 5$/);
  });

  it.each([
    ['TEXT', '; write VARCHAR(n)'],
    ['STRING', '; write VARCHAR(n)'],
    ['LONG', '; write BIGINT'],
    ['NUMBER(5)', '; write DOUBLE or DECIMAL(p, s)'],
    ['DATETIME', '; write TIMESTAMP'],
    ['bool', '; write BOOLEAN'],
    ['INTEGER(4)', ': INTEGER is, without what stands in parentheses'],
    ['INTEGER NOT NULL', ": a column of an input can't be NOT NULL, as a record may leave it out"],
    ['INTERVAL DAY', ': records hold no intervals; take a number or a text'],
  ])('say what to write for %s', (type, what) => {
    expect(withColumn({ SqlType: type })).toBe(
      `$.RecordColumns[0].SqlType: "${type}" is not a type of a column${what}`,
    );
  });

  it('have columns with paths that are read', () => {
    expect(refusal(() => parseInputSchema({ ...schema, RecordColumns: [] }, '$'))).toContain(
      '$.RecordColumns: is empty',
    );
    expect(refusal(() => parseInputSchema({ ...schema, RecordColumns: {} }, '$'))).toContain('not an object');
    expect(withColumn({ Mapping: '$.a[*]' })).toBe(
      '$.RecordColumns[0].Mapping: the path "$.a[*]" has a wildcard (write [0:] for every element)',
    );
    const parameters = { JSONMappingParameters: { RecordRowPath: '$..x' } };
    expect(withFormat({ RecordFormatType: 'JSON', MappingParameters: parameters })).toContain(
      'RecordRowPath: the path "$..x"',
    );
  });

  it('come from the answer of DiscoverInputSchema, too', () => {
    expect(parseSchemaFile({ InputSchema: schema, RawInputRecords: ['x'] })).toEqual(parseInputSchema(schema, '$'));
    expect(refusal(() => parseSchemaFile({ RecordFormat: {} }))).toMatch(/^\$\.RecordFormat/);
  });
});

describe('contradictions', () => {
  it('of versions and names are named', () => {
    expect(refused(createV2({ ApplicationConfiguration: {}, ApplicationCode: 'x' }))).toContain(
      'ApplicationConfiguration is of version 2 of the API, ApplicationCode of version 1',
    );
    expect(refused({ ...createV2({}), RuntimeEnvironment: 'SQL-1.0' })).toContain('did you mean "SQL-1_0"?');
    expect(
      refused(create({ ReferenceDataSources: [{ TableName: 'S_002', ReferenceSchema: schema }], Inputs: [input] })),
    ).toContain(
      '$.ReferenceDataSources[0].TableName: "S_002" is a reference table, and an input stream at $.Inputs[0].NamePrefix already',
    );
    expect(refused(create({ Inputs: [{ ...input, NamePrefix: 'S'.repeat(33) }] }))).toContain(
      '$.Inputs[0].NamePrefix: has 33',
    );
    const own = { ...schema, RecordColumns: [{ Name: 'ROWTIME', SqlType: 'TIMESTAMP' }] };
    expect(refused(create({ Inputs: [{ ...input, InputSchema: own }] }))).toContain(
      '$.Inputs[0].InputSchema.RecordColumns[0].Name: ROWTIME',
    );
    expect(refused(create({ ReferenceDataSources: [{ TableName: 'T', ReferenceSchema: own }] }))).toBe('');
    expect(refused(create({ Inputs: {} }))).toBe('$.Inputs: must be a list, not an object');
    expect(refused({ applicationName: 'a', inputs: [] })).toContain('did you mean "ApplicationName"');
  });
});

describe('what people have at hand', () => {
  const application = {
    Type: 'AWS::KinesisAnalytics::Application',
    Properties: { ApplicationCode: 'SQL', Inputs: [input] },
  };
  const ref = (name: string): object => ({ Ref: name });
  const other = (kind: string, name: unknown, members: object): object => ({
    Type: `AWS::KinesisAnalytics::${kind}`,
    Properties: { ApplicationName: name, ...members },
  });
  const table = {
    TableName: 'T',
    ReferenceSchema: schema,
    S3ReferenceDataSource: { BucketARN: { 'Fn::GetAtt': ['B', 'Arn'] } },
  };
  const resources = {
    App: application,
    Bucket: { Type: 'AWS::S3::Bucket' },
    Out: other('ApplicationOutput', ref('App'), { Output: output }),
    Elsewhere: other('ApplicationOutput', ref('Other'), { Output: { ...output, Name: 'NO' } }),
    Named: other(
      'ApplicationOutput',
      { 'Fn::Join': ['', [ref('App')]] },
      { Output: { ...output, Name: { 'Fn::FindInMap': [] } } },
    ),
    Table: other('ApplicationReferenceDataSource', ref('App'), { ReferenceDataSource: table }),
  };

  it('is a template, with outputs and tables of its other resources', () => {
    for (const template of [{ AWSTemplateFormatVersion: 'x', Resources: resources }, resources]) {
      const found = parseDefinition(template);
      expect([found.code, found.inputs.length, found.references.map((one) => one.table)]).toEqual(['SQL', 1, ['T']]);
      expect(found.outputs.map(({ stream }) => stream)).toEqual(['OUT']);
      expect(found.notices.map(({ code }) => code)).toEqual(['output-left-out']);
    }
    expect(parseDefinition(application).code).toBe('SQL');
  });

  it('has functions of templates where nothing depends on them, and --code stands in for that of the code', () => {
    const source = { ResourceARN: { 'Fn::GetAtt': ['S', 'Arn'] }, RoleARN: ref('Role') };
    const taken: ApplicationDefinition = parseDefinition({
      ApplicationName: { 'Fn::Sub': 'x' },
      ApplicationDescription: ref('D'),
      ApplicationCode: { 'Fn::Join': ['', []] },
      Inputs: [{ ...input, KinesisStreamsInput: source }],
    });
    expect(taken).toMatchObject({ name: '', code: undefined, codePath: '$.ApplicationCode' });
    expect(taken.codeMissing).toContain('{"Fn::Join": …}');
    expect(refused(create({ Inputs: [{ ...input, NamePrefix: ref('P') }] }))).toContain(
      '$.Inputs[0].NamePrefix: is the intrinsic function {"Ref": …}',
    );
  });

  it('is a part of a request', () => {
    const configuration = {
      SqlApplicationConfiguration: { Inputs: [input] },
      ApplicationCodeConfiguration: { CodeContentType: 'PLAINTEXT', CodeContent: { TextContent: 'SQL' } },
    };
    expect(parseDefinition(configuration)).toMatchObject({
      shape: 'create-v2',
      code: 'SQL',
      inputs: [{ prefix: 'S' }],
    });
    for (const part of [[input], input, { ApplicationName: 'a', Input: input }])
      expect(parseDefinition(part)).toMatchObject({ code: undefined, inputs: [{ prefix: 'S' }] });
  });

  it.each([
    [{ ApplicationUpdate: {} }, 'the request of UpdateApplication'],
    [{ ApplicationSummary: {} }, 'a summary of applications'],
    [{ InputSchema: schema }, '--schema NAME=FILE'],
    [schema, '--schema NAME=FILE'],
    [{ resource: { aws_kinesis_analytics_application: {} } }, 'a configuration of Terraform'],
    [{ changed: false, app: { ApplicationDetail: {} } }, 'that lies in $.app'],
    [
      { Resources: { B: { Type: 'AWS::S3::Bucket' } } },
      'without a resource of type AWS::KinesisAnalytics::Application',
    ],
    [{ Resources: { A: application, B: application } }, '2 applications: A, B'],
    [createV2({ RuntimeEnvironment: 'FLINK-1_6' }), 'FLINK-1_6 runs programs'],
    [[1], 'not a list'],
  ])('is refused by its name: %j', (value, why) => {
    expect(refused(value)).toContain(why);
  });
});
