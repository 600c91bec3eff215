// Application definitions in their four shapes, and what is refused with its place.
import { describe, expect, it } from 'vitest';
import { parseDefinition } from '../../runtime/definition.ts';

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
    expect(refused({ Inputs: [input, input] })).toBe('$.Inputs: "S_001" is there twice');
    expect(refused({ Outputs: [{ ...output, LambdaOutput: { ResourceARN: 'x' } }] })).toMatch(
      /^\$\.Outputs\[0\]\.LambdaOutput: contradicts KinesisFirehoseOutput/,
    );
    const columns = [{ Name: 'A', SqlType: 'VARCHR(4)', Mapping: '$.A' }];
    expect(refused({ Inputs: [{ ...input, InputSchema: { ...schema, RecordColumns: columns } }] })).toBe(
      '$.Inputs[0].InputSchema.RecordColumns[0].SqlType: "VARCHR(4)" is not a type of a column; did you mean VARCHAR?',
    );
  });
});
