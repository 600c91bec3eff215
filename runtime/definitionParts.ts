// Where the parts of an application definition lie in what a person has: a request or an answer of the predecessor's API, v1 or v2, parts of a
// request, or a template of CloudFormation. What is something else is refused by its name.
import { suggest } from '../contract/suggest.ts';
import {
  choiceAt,
  isObject,
  listAt,
  looseText,
  type Members,
  objectAt,
  optionalObject,
  type Placed,
  SchemaError,
  sayIntrinsic,
  sayValue,
  textAt,
  withoutNulls,
} from './members.ts';
import { findTemplate } from './template.ts';

/** The SQL of a definition: its text, or why there is none. */
export interface DefinedCode {
  readonly text?: string;
  readonly missing: string;
  readonly path: string;
}

/** The parts of a definition, not yet read. */
export interface DefinitionParts {
  readonly shape: 'create-v1' | 'describe-v1' | 'create-v2' | 'describe-v2';
  readonly name: string;
  readonly code: DefinedCode;
  readonly inputs: readonly Placed[];
  readonly outputs: readonly Placed[];
  readonly references: readonly Placed[];
}

const listsV1 = ['Inputs', 'Outputs', 'ReferenceDataSources'];
const createV1 = [
  'ApplicationName',
  'ApplicationDescription',
  'CloudWatchLoggingOptions',
  'ApplicationCode',
  'Tags',
  ...listsV1,
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
  'RunConfiguration',
  'ApplicationMaintenanceConfiguration',
];
const onlyV2 = ['ApplicationConfiguration', 'RuntimeEnvironment', 'ServiceExecutionRole', 'ApplicationMode'];
const configurationV2 = [
  'SqlApplicationConfiguration',
  'ApplicationCodeConfiguration',
  'EnvironmentProperties',
  'ApplicationSnapshotConfiguration',
  'ApplicationSystemRollbackConfiguration',
  'VpcConfigurations',
  'FlinkApplicationConfiguration',
  'ZeppelinApplicationConfiguration',
  'ApplicationEncryptionConfiguration',
];
const described = [
  'ApplicationARN',
  'InputDescriptions',
  'OutputDescriptions',
  'ApplicationConfigurationDescription',
  'ApplicationStatus',
];

/** Finds the parts of a definition by its shape. */
export function findParts(value: unknown): DefinitionParts {
  if (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((element) => isObject(element) && 'NamePrefix' in element)
  )
    return inputsAlone(value.map((element: unknown, index) => ({ value: element, path: `$[${index}]` })));
  if (!isObject(value))
    throw new SchemaError(`an application definition is a JSON object, not ${sayValue(value)}`, '$');
  const outer = withoutNulls(value);
  for (const name of ['ApplicationDetail', 'ApplicationVersionDetail'])
    if (name in outer) return describe(objectAt(outer[name], `$.${name}`), `$.${name}`);
  if (described.some((name) => name in outer)) return describe(outer, '$');
  const template = findTemplate(outer);
  if (template !== undefined) {
    const parts = create(template.properties, template.path);
    return {
      ...parts,
      outputs: [...parts.outputs, ...template.outputs],
      references: [...parts.references, ...template.references],
    };
  }
  refuseOthers(outer);
  if ('NamePrefix' in outer) return inputsAlone([{ value: outer, path: '$' }]);
  if ('Input' in outer) return inputsAlone([{ value: outer['Input'], path: '$.Input' }]);
  return create(outer, '$');
}

// `--inputs` of the service's command line, or one input of AddApplicationInput.
function inputsAlone(inputs: readonly Placed[]): DefinitionParts {
  const code = { missing: 'holds inputs only, no application code', path: '$' };
  return { shape: 'create-v1', name: '', code, inputs, outputs: [], references: [] };
}

function create(members: Members, path: string): DefinitionParts {
  if ('SqlApplicationConfiguration' in members || 'ApplicationCodeConfiguration' in members)
    return { name: '', ...configured(members, path) };
  const newer = onlyV2.find((name) => name in members);
  if (newer === undefined) return createdV1(members, path);
  const older = ['ApplicationCode', ...listsV1].find((name) => name in members);
  if (older !== undefined)
    throw new SchemaError(
      `${newer} is of version 2 of the API, ${older} of version 1: a definition is one or the other`,
      path,
      {
        hint: `in version 2 the SQL stands in ApplicationConfiguration.ApplicationCodeConfiguration, ${listsV1.join(', ')} in ApplicationConfiguration.SqlApplicationConfiguration`,
      },
    );
  objectAt(members, path, createV2);
  checkRuntime(members, path);
  const name = looseText(members, 'ApplicationName', path) ?? '';
  const at = `${path}.ApplicationConfiguration`;
  return { name, ...configured(optionalObject(members, 'ApplicationConfiguration', path), at) };
}

function createdV1(members: Members, path: string): DefinitionParts {
  if (!['ApplicationCode', 'ApplicationName', ...listsV1].some((name) => name in members)) refuseUnknown(members, path);
  objectAt(members, path, createV1);
  return {
    shape: 'create-v1',
    name: looseText(members, 'ApplicationName', path) ?? '',
    code: codeAt(members, 'ApplicationCode', path),
    inputs: listAt(members, 'Inputs', path),
    outputs: listAt(members, 'Outputs', path),
    references: listAt(members, 'ReferenceDataSources', path),
  };
}

function configured(configuration: Members, path: string): Omit<DefinitionParts, 'name'> {
  objectAt(configuration, path, configurationV2);
  refuseFlink(configuration, path);
  const codeName = 'ApplicationCodeConfiguration';
  const code = optionalObject(configuration, codeName, path, ['CodeContentType', 'CodeContent']);
  const content = ['TextContent', 'ZipFileContent', 'S3ContentLocation'];
  const sqlName = 'SqlApplicationConfiguration';
  const sql = optionalObject(configuration, sqlName, path, listsV1);
  return {
    shape: 'create-v2',
    code: contentOf(code, `${path}.${codeName}`, 'CodeContent', content),
    inputs: listAt(sql, 'Inputs', `${path}.${sqlName}`),
    outputs: listAt(sql, 'Outputs', `${path}.${sqlName}`),
    references: listAt(sql, 'ReferenceDataSources', `${path}.${sqlName}`),
  };
}

// Answers of the service may have members of later versions of its API: they are passed over.
function describe(detail: Members, path: string): DefinitionParts {
  const name = looseText(detail, 'ApplicationName', path) ?? '';
  const lists = (members: Members, at: string) => ({
    inputs: listAt(members, 'InputDescriptions', at),
    outputs: listAt(members, 'OutputDescriptions', at),
    references: listAt(members, 'ReferenceDataSourceDescriptions', at),
  });
  if (!('ApplicationConfigurationDescription' in detail) && !('RuntimeEnvironment' in detail))
    return { shape: 'describe-v1', name, code: codeAt(detail, 'ApplicationCode', path), ...lists(detail, path) };
  checkRuntime(detail, path);
  const at = `${path}.ApplicationConfigurationDescription`;
  const configuration = optionalObject(detail, 'ApplicationConfigurationDescription', path);
  refuseFlink(configuration, at);
  const codeName = 'ApplicationCodeConfigurationDescription';
  const code = optionalObject(configuration, codeName, at);
  const sqlName = 'SqlApplicationConfigurationDescription';
  return {
    shape: 'describe-v2',
    name,
    code: contentOf(code, `${at}.${codeName}`, 'CodeContentDescription'),
    ...lists(optionalObject(configuration, sqlName, at), `${at}.${sqlName}`),
  };
}

function checkRuntime(members: Members, path: string): void {
  const runtime = members['RuntimeEnvironment'];
  if (runtime === undefined) return;
  if (typeof runtime === 'string' && /^(?:FLINK|ZEPPELIN)/i.test(runtime))
    throw new SchemaError(
      `must be "SQL-1_0": ${runtime} runs programs, no SQL application`,
      `${path}.RuntimeEnvironment`,
    );
  choiceAt(members, 'RuntimeEnvironment', path, ['SQL-1_0']);
}

function refuseFlink(configuration: Members, path: string): void {
  const name = Object.keys(configuration).find((member) => /^(?:Flink|Zeppelin)/.test(member));
  if (name !== undefined) throw new SchemaError('contradicts a SQL application', `${path}.${name}`);
}

function codeAt(members: Members, name: string, path: string): DefinedCode {
  const at = `${path}.${name}`;
  const value = members[name];
  if (value === undefined || (typeof value === 'string' && value.trim() === ''))
    return { missing: 'there is no application code', path: at };
  const intrinsic = sayIntrinsic(value);
  if (intrinsic !== undefined)
    return { missing: `the application code is ${intrinsic}, which only a deployment resolves`, path: at };
  return { text: textAt(members, name, path), missing: '', path: at };
}

function contentOf(members: Members, path: string, name: string, known?: readonly string[]): DefinedCode {
  if (members['CodeContentType'] !== undefined) choiceAt(members, 'CodeContentType', path, ['PLAINTEXT']);
  const content = optionalObject(members, name, path, known);
  const stored = Object.keys(content).find((member) => /^S3/.test(member));
  if (content['TextContent'] === undefined && stored !== undefined)
    return { missing: 'the application code lies in S3', path: `${path}.${name}.${stored}` };
  return codeAt(content, 'TextContent', `${path}.${name}`);
}

// What people also have at hand, and what to do with it.
function refuseOthers(outer: Members): void {
  const whole = 'take the answer of DescribeApplication: it holds all of the application';
  const refuse = (what: string, hint: string): never => {
    throw new SchemaError(`is ${what}`, '$', { hint });
  };
  if ('ApplicationUpdate' in outer) refuse('the request of UpdateApplication, which says only what changes', whole);
  if ('ApplicationSummary' in outer || 'ApplicationSummaries' in outer)
    refuse('a summary of applications, without code and schemas', whole);
  if (('InputSchema' in outer && !('NamePrefix' in outer)) || 'RecordColumns' in outer)
    refuse('the schema of an input, no application', 'give it with --schema NAME=FILE to an application in SQL');
  if (/"aws_kinesis_?analytics/.test(JSON.stringify(outer['resource'] ?? '')))
    refuse('a configuration of Terraform', whole);
  for (const [name, member] of Object.entries(outer))
    if (isObject(member) && ('ApplicationDetail' in member || 'ApplicationVersionDetail' in member))
      refuse(`no application definition: that lies in $.${name}`, `keep what "${name}" holds, alone`);
}

function refuseUnknown(members: Members, path: string): never {
  const known = [...createV1, ...createV2, 'ApplicationDetail'];
  const names = Object.keys(members);
  const near = names.map((name) => [name, suggest(name, known)] as const).find((pair) => pair[1] !== undefined);
  throw new SchemaError(
    'is no application definition: it has neither ApplicationCode, Inputs, ApplicationConfiguration nor ApplicationDetail',
    path,
    near === undefined ? {} : { hint: `did you mean "${near[1]}", not "${near[0]}"?` },
  );
}
