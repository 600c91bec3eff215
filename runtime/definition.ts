// Application definitions in the shapes of the predecessor's API: the request of CreateApplication and the answer of
// DescribeApplication, v1 and v2, found out by shape → code, inputs, reference tables, outputs.
import type { InputShape } from '../contract/connector.ts';
import { objectAt, parseInputSchema, SchemaError, textAt } from './schema.ts';

/** An input with the streams that it makes. */
export interface DefinedInput {
  readonly prefix: string;
  /** `PREFIX_001` … one for each of InputParallelism. */
  readonly streams: readonly string[];
  readonly shape: InputShape;
  /** ARN of the source, where one is given. */
  readonly arn?: string;
}

/** A reference table. */
export interface DefinedReference {
  readonly table: string;
  readonly shape: InputShape;
  readonly bucket?: string;
  readonly key?: string;
}

/** An output of an in-application stream. */
export interface DefinedOutput {
  readonly stream: string;
  readonly format: 'json' | 'csv';
  readonly arn?: string;
}

/** What a definition says. */
export interface ApplicationDefinition {
  readonly shape: 'create-v1' | 'describe-v1' | 'create-v2' | 'describe-v2';
  readonly name: string;
  readonly code: string | undefined;
  readonly inputs: readonly DefinedInput[];
  readonly references: readonly DefinedReference[];
  readonly outputs: readonly DefinedOutput[];
}

type Members = Readonly<Record<string, unknown>>;

const createV1 = [
  'ApplicationName',
  'ApplicationDescription',
  'Inputs',
  'Outputs',
  'ReferenceDataSources',
  'CloudWatchLoggingOptions',
  'ApplicationCode',
  'Tags',
];
const describeV1 = [
  'ApplicationName',
  'ApplicationDescription',
  'ApplicationARN',
  'ApplicationStatus',
  'CreateTimestamp',
  'LastUpdateTimestamp',
  'InputDescriptions',
  'OutputDescriptions',
  'ReferenceDataSourceDescriptions',
  'CloudWatchLoggingOptionDescriptions',
  'ApplicationCode',
  'ApplicationVersionId',
];
const createV2 = [
  'ApplicationName',
  'ApplicationDescription',
  'RuntimeEnvironment',
  'ServiceExecutionRole',
  'ApplicationConfiguration',
  'CloudWatchLoggingOptions',
  'Tags',
  'ApplicationMode',
];
const describeV2 = [
  'ApplicationARN',
  'ApplicationDescription',
  'ApplicationName',
  'RuntimeEnvironment',
  'ServiceExecutionRole',
  'ApplicationStatus',
  'ApplicationVersionId',
  'CreateTimestamp',
  'LastUpdateTimestamp',
  'ApplicationConfigurationDescription',
  'CloudWatchLoggingOptionDescriptions',
  'ApplicationMaintenanceConfigurationDescription',
  'ApplicationVersionUpdatedFrom',
  'ApplicationVersionRolledBackFrom',
  'ApplicationVersionRolledBackTo',
  'ApplicationVersionCreateTimestamp',
  'ConditionalToken',
  'ApplicationMode',
];

/** Reads a definition; throws `SchemaError` with the JSON path of what is missing, contradictory or unknown. */
export function parseDefinition(value: unknown): ApplicationDefinition {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SchemaError('an application definition is a JSON object', '$');
  const outer = value as Members;
  if ('ApplicationDetail' in outer) {
    const detail = objectAt(
      objectAt(outer, '$', ['ApplicationDetail', 'ResponseMetadata', '$metadata'])['ApplicationDetail'],
      '$.ApplicationDetail',
      [...describeV1, ...describeV2],
    );
    return describe(detail, '$.ApplicationDetail');
  }
  const described = [
    'ApplicationARN',
    'InputDescriptions',
    'OutputDescriptions',
    'ApplicationConfigurationDescription',
    'ApplicationStatus',
  ].some((name) => name in outer);
  if (described) return describe(outer, '$');
  if ('ApplicationConfiguration' in outer || 'RuntimeEnvironment' in outer)
    return createdV2(objectAt(outer, '$', createV2));
  if (!('ApplicationCode' in outer) && !('Inputs' in outer) && !('ApplicationName' in outer)) {
    throw new SchemaError(
      'is no application definition: it has neither ApplicationCode, Inputs, ApplicationConfiguration nor ApplicationDetail',
      '$',
    );
  }
  const members = objectAt(outer, '$', createV1);
  return assemble('create-v1', members, '$', members, '$', {
    code: optionalText(members, 'ApplicationCode', '$'),
    suffix: '',
  });
}

function createdV2(members: Members): ApplicationDefinition {
  checkRuntime(members, '$');
  const at = '$.ApplicationConfiguration';
  const configuration = objectAt(members['ApplicationConfiguration'], at, [
    'SqlApplicationConfiguration',
    'ApplicationCodeConfiguration',
    'EnvironmentProperties',
    'ApplicationSnapshotConfiguration',
    'ApplicationSystemRollbackConfiguration',
    'VpcConfigurations',
    'FlinkApplicationConfiguration',
    'ZeppelinApplicationConfiguration',
    'ApplicationEncryptionConfiguration',
  ]);
  refuseFlink(configuration, at);
  const code = contentOf(
    configuration['ApplicationCodeConfiguration'],
    `${at}.ApplicationCodeConfiguration`,
    'CodeContent',
    ['TextContent', 'ZipFileContent', 'S3ContentLocation'],
  );
  const sql = optionalObject(configuration, 'SqlApplicationConfiguration', at, [
    'Inputs',
    'Outputs',
    'ReferenceDataSources',
  ]);
  return assemble('create-v2', members, '$', sql, `${at}.SqlApplicationConfiguration`, { code, suffix: '' });
}

function describe(detail: Members, path: string): ApplicationDefinition {
  if (!('ApplicationConfigurationDescription' in detail) && !('RuntimeEnvironment' in detail)) {
    const members = objectAt(detail, path, describeV1);
    return assemble('describe-v1', members, path, members, path, {
      code: optionalText(members, 'ApplicationCode', path),
      suffix: 'Description',
    });
  }
  const members = objectAt(detail, path, describeV2);
  checkRuntime(members, path);
  const at = `${path}.ApplicationConfigurationDescription`;
  const configuration = objectAt(members['ApplicationConfigurationDescription'], at, [
    'SqlApplicationConfigurationDescription',
    'ApplicationCodeConfigurationDescription',
    'RunConfigurationDescription',
    'FlinkApplicationConfigurationDescription',
    'EnvironmentPropertyDescriptions',
    'ApplicationSnapshotConfigurationDescription',
    'ApplicationSystemRollbackConfigurationDescription',
    'VpcConfigurationDescriptions',
    'ZeppelinApplicationConfigurationDescription',
    'ApplicationEncryptionConfigurationDescription',
  ]);
  refuseFlink(configuration, at);
  const code = contentOf(
    configuration['ApplicationCodeConfigurationDescription'],
    `${at}.ApplicationCodeConfigurationDescription`,
    'CodeContentDescription',
    ['TextContent', 'CodeMD5', 'CodeSize', 'S3ApplicationCodeLocationDescription'],
  );
  const sql = optionalObject(configuration, 'SqlApplicationConfigurationDescription', at, [
    'InputDescriptions',
    'OutputDescriptions',
    'ReferenceDataSourceDescriptions',
  ]);
  return assemble('describe-v2', members, path, sql, `${at}.SqlApplicationConfigurationDescription`, {
    code,
    suffix: 'Description',
  });
}

function checkRuntime(members: Members, path: string): void {
  const runtime = members['RuntimeEnvironment'];
  if (runtime !== undefined && runtime !== 'SQL-1_0')
    throw new SchemaError(`must be "SQL-1_0", not ${JSON.stringify(runtime)}`, `${path}.RuntimeEnvironment`);
}

function refuseFlink(configuration: Members, path: string): void {
  for (const name of Object.keys(configuration)) {
    if (/^(Flink|Zeppelin)/.test(name) && configuration[name] !== null)
      throw new SchemaError('contradicts a SQL application', `${path}.${name}`);
  }
}

function contentOf(value: unknown, path: string, name: string, known: readonly string[]): string | undefined {
  if (value === undefined || value === null) return undefined;
  const configuration = objectAt(value, path, ['CodeContentType', name]);
  const type = configuration['CodeContentType'];
  if (type !== undefined && type !== 'PLAINTEXT')
    throw new SchemaError(`must be "PLAINTEXT", not ${JSON.stringify(type)}`, `${path}.CodeContentType`);
  const content = optionalObject(configuration, name, path, known);
  return optionalText(content, 'TextContent', `${path}.${name}`);
}

function assemble(
  shape: ApplicationDefinition['shape'],
  names: Members,
  namesPath: string,
  members: Members,
  path: string,
  how: { code: string | undefined; suffix: '' | 'Description' },
): ApplicationDefinition {
  const described = how.suffix !== '';
  const list = (singular: string, plural: string): [unknown[], string] => {
    const name = described ? `${singular}Descriptions` : plural;
    const value = members[name] ?? [];
    if (!Array.isArray(value)) throw new SchemaError('must be a list', `${path}.${name}`);
    return [value, `${path}.${name}`];
  };
  const [inputs, inputsPath] = list('Input', 'Inputs');
  const [outputs, outputsPath] = list('Output', 'Outputs');
  const [references, referencesPath] = list('ReferenceDataSource', 'ReferenceDataSources');
  const definition = {
    shape,
    name: textAt(names, 'ApplicationName', namesPath),
    code: how.code,
    inputs: inputs.map((input, index) => parseInput(input, `${inputsPath}[${index}]`)),
    references: references.map((reference, index) =>
      parseReference(reference, `${referencesPath}[${index}]`, how.suffix),
    ),
    outputs: outputs.map((output, index) => parseOutput(output, `${outputsPath}[${index}]`)),
  };
  refuseRepeated(
    definition.inputs.flatMap((input) => input.streams),
    inputsPath,
  );
  refuseRepeated(
    definition.outputs.map((output) => output.stream),
    outputsPath,
  );
  refuseRepeated(
    definition.references.map((reference) => reference.table),
    referencesPath,
  );
  return definition;
}

function refuseRepeated(names: readonly string[], path: string): void {
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new SchemaError(`"${repeated}" is there twice`, path);
}

const destinations = ['KinesisStreams', 'KinesisFirehose', 'Lambda'];

// `KinesisStreamsInput`, `KinesisStreamsInputDescription` …: at most one of them.
function arnOf(members: Members, kinds: readonly string[], path: string): string | undefined {
  const given = kinds.filter((name) => members[name] !== undefined && members[name] !== null);
  if (given.length > 1)
    throw new SchemaError(`contradicts ${given[0]}: there is one or the other`, `${path}.${given[1]}`);
  const name = given[0];
  if (name === undefined) return undefined;
  return textAt(
    objectAt(members[name], `${path}.${name}`, ['ResourceARN', 'RoleARN']),
    'ResourceARN',
    `${path}.${name}`,
  );
}

function parseInput(value: unknown, path: string): DefinedInput {
  const sources = [
    'KinesisStreamsInput',
    'KinesisFirehoseInput',
    'KinesisStreamsInputDescription',
    'KinesisFirehoseInputDescription',
  ];
  const input = objectAt(value, path, [
    ...sources,
    'NamePrefix',
    'InputParallelism',
    'InputSchema',
    'InputProcessingConfiguration',
    'InputId',
    'InAppStreamNames',
    'InputProcessingConfigurationDescription',
    'InputStartingPositionConfiguration',
  ]);
  const prefix = textAt(input, 'NamePrefix', path);
  const count = optionalObject(input, 'InputParallelism', path, ['Count'])['Count'] ?? 1;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > 64)
    throw new SchemaError('must be a whole number from 1 to 64', `${path}.InputParallelism.Count`);
  const streams = Array.from({ length: count }, (_, index) => `${prefix}_${String(index + 1).padStart(3, '0')}`);
  const named = input['InAppStreamNames'];
  if (Array.isArray(named) && JSON.stringify(named) !== JSON.stringify(streams))
    throw new SchemaError(
      `contradicts NamePrefix and InputParallelism, which make ${streams.join(', ')}`,
      `${path}.InAppStreamNames`,
    );
  const arn = arnOf(input, sources, path);
  return {
    prefix,
    streams,
    shape: parseInputSchema(input['InputSchema'], `${path}.InputSchema`),
    ...(arn === undefined ? {} : { arn }),
  };
}

function parseReference(value: unknown, path: string, suffix: '' | 'Description'): DefinedReference {
  const place = `S3ReferenceDataSource${suffix}`;
  const reference = objectAt(value, path, ['TableName', 'ReferenceSchema', 'ReferenceId', place]);
  const s3 = optionalObject(reference, place, path, ['BucketARN', 'FileKey', 'ReferenceRoleARN']);
  const bucket = optionalText(s3, 'BucketARN', `${path}.${place}`);
  const key = optionalText(s3, 'FileKey', `${path}.${place}`);
  return {
    table: textAt(reference, 'TableName', path),
    shape: parseInputSchema(reference['ReferenceSchema'], `${path}.ReferenceSchema`),
    ...(bucket === undefined ? {} : { bucket }),
    ...(key === undefined ? {} : { key }),
  };
}

function parseOutput(value: unknown, path: string): DefinedOutput {
  const kinds = destinations.flatMap((name) => [`${name}Output`, `${name}OutputDescription`]);
  const output = objectAt(value, path, [...kinds, 'Name', 'DestinationSchema', 'OutputId']);
  const schema = objectAt(output['DestinationSchema'], `${path}.DestinationSchema`, ['RecordFormatType']);
  const format = textAt(schema, 'RecordFormatType', `${path}.DestinationSchema`);
  if (format !== 'JSON' && format !== 'CSV')
    throw new SchemaError(`must be "JSON" or "CSV", not "${format}"`, `${path}.DestinationSchema.RecordFormatType`);
  const arn = arnOf(output, kinds, path);
  return {
    stream: textAt(output, 'Name', path),
    format: format === 'JSON' ? 'json' : 'csv',
    ...(arn === undefined ? {} : { arn }),
  };
}

function optionalObject(members: Members, name: string, path: string, known: readonly string[]): Members {
  return members[name] === undefined || members[name] === null ? {} : objectAt(members[name], `${path}.${name}`, known);
}

function optionalText(members: Members, name: string, path: string): string | undefined {
  return members[name] === undefined || members[name] === null ? undefined : textAt(members, name, path);
}
