// Application definitions, found out by shape → code, inputs, reference tables, outputs.
import type { InputShape } from '../contract/connector.ts';
import { type DefinitionParts, findParts } from './definitionParts.ts';
import {
  choiceAt,
  knownUnless,
  looseText,
  type Members,
  objectAt,
  optionalObject,
  type Placed,
  SchemaError,
  sayIntrinsic,
  sayValue,
  textAt,
} from './members.ts';
import { parseInputSchema } from './schema.ts';

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

/** An output of an in-application stream; a stream may have several. */
export interface DefinedOutput {
  readonly stream: string;
  readonly format: 'json' | 'csv';
  readonly arn?: string;
  /** JSON path of the stream's name. */
  readonly path: string;
}

/** What a person should know of a definition that is taken. */
export interface DefinitionNotice {
  readonly code: 'lambda-preprocessing' | 'output-formats' | 'output-left-out' | 'output-without-stream';
  readonly message: string;
  readonly path: string;
}

/** What a definition says. */
export interface ApplicationDefinition {
  readonly shape: DefinitionParts['shape'];
  /** Empty where none is given. */
  readonly name: string;
  readonly code: string | undefined;
  /** JSON path of the code, and why there is none. */
  readonly codePath: string;
  readonly codeMissing: string;
  readonly inputs: readonly DefinedInput[];
  readonly references: readonly DefinedReference[];
  readonly outputs: readonly DefinedOutput[];
  readonly notices: readonly DefinitionNotice[];
}

const prefixLengthMax = 32;

interface Reading {
  /** Answers of the service: members of later API versions don't matter. */
  readonly open: boolean;
  readonly notices: DefinitionNotice[];
}

/** Reads a definition; throws `SchemaError` with the JSON path of what is missing, contradictory or unknown. */
export function parseDefinition(value: unknown): ApplicationDefinition {
  const parts = findParts(value);
  const reading: Reading = { open: parts.shape.startsWith('describe'), notices: [] };
  const inputs = parts.inputs.map((input) => parseInput(input, reading));
  const references = parts.references.map((reference) => parseReference(reference, reading));
  const outputs = parts.outputs.flatMap((output) => parseOutput(output, reading) ?? []);
  refuseClashes([
    ...parts.inputs.flatMap(({ path }, index) =>
      (inputs[index]?.streams ?? []).map((name) => ({ name, what: 'an input stream', path: `${path}.NamePrefix` })),
    ),
    ...parts.references.map(({ path }, index) => ({
      name: references[index]?.table ?? '',
      what: 'a reference table',
      path: `${path}.TableName`,
    })),
  ]);
  noteFormats(outputs, reading);
  return {
    shape: parts.shape,
    name: parts.name,
    code: parts.code.text,
    codePath: parts.code.path,
    codeMissing: parts.code.missing,
    inputs,
    references,
    outputs,
    notices: reading.notices,
  };
}

interface Named {
  readonly name: string;
  readonly what: string;
  readonly path: string;
}

function refuseClashes(all: readonly Named[]): void {
  const seen = new Map<string, Named>();
  for (const one of all) {
    const first = seen.get(one.name);
    if (first !== undefined)
      throw new SchemaError(`"${one.name}" is ${one.what}, and ${first.what} at ${first.path} already`, one.path, {
        hint: 'give one of them another name',
      });
    seen.set(one.name, one);
  }
}

// A stream is written once, in one format: that of its first output.
function noteFormats(outputs: readonly DefinedOutput[], reading: Reading): void {
  for (const output of outputs) {
    const first = outputs.find(({ stream }) => stream === output.stream);
    if (first === undefined || first.format === output.format) continue;
    reading.notices.push({
      code: 'output-formats',
      message: `stream "${output.stream}" has outputs of both formats: it is written as ${first.format.toUpperCase()}, that of the first; a --sink with ?format=${output.format} writes the other one`,
      path: output.path,
    });
  }
}

// `KinesisStreamsInput`, `KinesisStreamsInputDescription` …: at most one of them.
function arnOf(members: Members, kinds: readonly string[], path: string, open: boolean): string | undefined {
  const [name, second] = kinds.filter((kind) => members[kind] !== undefined);
  if (second !== undefined)
    throw new SchemaError(`contradicts ${name}: there is one or the other`, `${path}.${second}`);
  if (name === undefined) return undefined;
  const known = knownUnless(open, 'ResourceARN', 'RoleARN');
  return looseText(objectAt(members[name], `${path}.${name}`, known), 'ResourceARN', `${path}.${name}`);
}

const inputSources = [
  'KinesisStreamsInput',
  'KinesisFirehoseInput',
  'KinesisStreamsInputDescription',
  'KinesisFirehoseInputDescription',
];
const inputMembers = [
  ...inputSources,
  'NamePrefix',
  'InputParallelism',
  'InputSchema',
  'InputProcessingConfiguration',
  'InputId',
  'InAppStreamNames',
  'InputStartingPositionConfiguration',
];

function parseInput({ value, path }: Placed, reading: Reading): DefinedInput {
  const { open } = reading;
  const input = objectAt(value, path, knownUnless(open, ...inputMembers));
  const prefix = textAt(input, 'NamePrefix', path);
  if (prefix.length > prefixLengthMax)
    throw new SchemaError(
      `has ${prefix.length} characters, at most ${prefixLengthMax} are taken`,
      `${path}.NamePrefix`,
    );
  const count = optionalObject(input, 'InputParallelism', path, knownUnless(open, 'Count'))['Count'] ?? 1;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > 64)
    throw new SchemaError(
      `must be a whole number from 1 to 64, not ${sayValue(count)}`,
      `${path}.InputParallelism.Count`,
    );
  const streams = Array.from({ length: count }, (_, index) => `${prefix}_${String(index + 1).padStart(3, '0')}`);
  const named = input['InAppStreamNames'];
  if (Array.isArray(named) && JSON.stringify(named) !== JSON.stringify(streams))
    throw new SchemaError(
      `contradicts NamePrefix and InputParallelism, which make ${streams.join(', ')}`,
      `${path}.InAppStreamNames`,
    );
  notePreprocessing(input, path, streams, reading);
  const shape = parseInputSchema(input['InputSchema'], `${path}.InputSchema`, open);
  const own = shape.columns.findIndex((column) => column.name === 'ROWTIME');
  if (own >= 0)
    throw new SchemaError(
      'ROWTIME is what every stream has already',
      `${path}.InputSchema.RecordColumns[${own}].Name`,
      {
        hint: 'give the column another name',
      },
    );
  const arn = arnOf(input, inputSources, path, open);
  return {
    prefix,
    streams,
    shape,
    ...(arn === undefined ? {} : { arn }),
  };
}

// Nothing here calls a Lambda function: records must come as it would have left them.
function notePreprocessing(input: Members, path: string, streams: readonly string[], reading: Reading): void {
  for (const suffix of ['', 'Description']) {
    const outer = `InputProcessingConfiguration${suffix}`;
    const inner = `InputLambdaProcessor${suffix}`;
    if (input[outer] === undefined) continue;
    const configuration = objectAt(input[outer], `${path}.${outer}`, knownUnless(reading.open, inner));
    if (configuration[inner] === undefined && Object.keys(configuration).length === 0 && reading.open) continue;
    const processor = objectAt(
      configuration[inner],
      `${path}.${outer}.${inner}`,
      knownUnless(reading.open, 'ResourceARN', 'RoleARN'),
    );
    const arn = looseText(processor, 'ResourceARN', `${path}.${outer}.${inner}`);
    reading.notices.push({
      code: 'lambda-preprocessing',
      message: `records of ${streams.join(', ')} went through a Lambda function${arn === undefined ? '' : ` (${arn})`}, which is not called here: they must be as it returns them`,
      path: `${path}.${outer}`,
    });
  }
}

function parseReference({ value, path }: Placed, { open }: Reading): DefinedReference {
  const place = open ? 'S3ReferenceDataSourceDescription' : 'S3ReferenceDataSource';
  const reference = objectAt(value, path, knownUnless(open, 'TableName', 'ReferenceSchema', 'ReferenceId', place));
  const s3 = optionalObject(reference, place, path, knownUnless(open, 'BucketARN', 'FileKey', 'ReferenceRoleARN'));
  const bucket = looseText(s3, 'BucketARN', `${path}.${place}`);
  const key = looseText(s3, 'FileKey', `${path}.${place}`);
  return {
    table: textAt(reference, 'TableName', path),
    shape: parseInputSchema(reference['ReferenceSchema'], `${path}.ReferenceSchema`, open),
    ...(bucket === undefined ? {} : { bucket }),
    ...(key === undefined ? {} : { key }),
  };
}

const outputDestinations = ['KinesisStreams', 'KinesisFirehose', 'Lambda'].flatMap((name) => [
  `${name}Output`,
  `${name}OutputDescription`,
]);

function parseOutput({ value, path }: Placed, reading: Reading): DefinedOutput | undefined {
  const { open } = reading;
  const known = knownUnless(open, ...outputDestinations, 'Name', 'DestinationSchema', 'OutputId');
  const output = objectAt(value, path, known);
  const schemaPath = `${path}.DestinationSchema`;
  const schema = objectAt(output['DestinationSchema'], schemaPath, knownUnless(open, 'RecordFormatType'));
  const format = choiceAt(schema, 'RecordFormatType', schemaPath, ['JSON', 'CSV']);
  const arn = arnOf(output, outputDestinations, path, open);
  const intrinsic = sayIntrinsic(output['Name']);
  if (intrinsic !== undefined) {
    const message = `the stream of an output is ${intrinsic}, which only a deployment resolves: the output is left out`;
    reading.notices.push({ code: 'output-left-out', message, path: `${path}.Name` });
    return undefined;
  }
  return {
    stream: textAt(output, 'Name', path),
    format: format === 'JSON' ? 'json' : 'csv',
    path: `${path}.Name`,
    ...(arn === undefined ? {} : { arn }),
  };
}
