// Reads the catalogue of scalar functions out of the doc tags in assembly/functions (ARCHITECTURE section 6).
import { familyOf, storageOf, typeText, type SqlType, type SqlTypeKind } from '../../contract/types.ts';
import type { FunctionParameter, FunctionSignature } from '../plan/expression.ts';

/** A `@case` line: an expression and what it gives. */
export interface FunctionCase {
  readonly text: string;
  readonly module: string;
  /** Name of the AssemblyScript function that it stands at. */
  readonly implementation: string;
}

/** All scalar functions by SQL name. */
export interface Catalogue {
  readonly byName: ReadonlyMap<string, readonly FunctionSignature[]>;
  readonly cases: readonly FunctionCase[];
}

const kinds = new Set<string>([
  'BOOLEAN',
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'DECIMAL',
  'REAL',
  'DOUBLE',
  'CHAR',
  'VARCHAR',
  'BINARY',
  'VARBINARY',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'INTERVAL',
]);

/** Reads all modules; throws, naming file and function, where a declaration and its implementation disagree. */
export function readCatalogue(modules: ReadonlyMap<string, string>): Catalogue {
  const byName = new Map<string, FunctionSignature[]>();
  const cases: FunctionCase[] = [];
  for (const [module, text] of modules) {
    for (const { 0: whole, 1: comment = '', index } of text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\//g)) {
      if (!/^\s*\*?\s*@sql\b/m.test(comment)) continue;
      const [, implementation = '', parameters = '', result = ''] = implementationAfter(
        text.slice(index + whole.length),
        comment,
        module,
      );
      const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trim());
      const tag = (name: string): string[] =>
        lines.filter((line) => line.startsWith(`@${name}`)).map((line) => line.slice(name.length + 1).trim());
      for (const declaration of tag('sql')) {
        const signature = parseDeclaration(declaration, {
          implementation,
          module,
          nulls: nullsOf(tag('nulls')[0], module, implementation),
          volatile: lines.some((line) => line.startsWith('@volatile')),
          ...(lines.includes('@total') ? { total: true } : {}),
          faults: tag('faults')
            .flatMap((text_) => text_.split(/[\s,]+/))
            .filter((word) => word !== ''),
          documentation: lines.filter((line) => line !== '' && !line.startsWith('@')).join(' '),
        });
        checkImplementation(signature, parameters, result);
        byName.set(signature.name, [...(byName.get(signature.name) ?? []), signature]);
      }
      for (const text_ of tag('case')) cases.push({ text: text_, module, implementation });
    }
  }
  return { byName, cases };
}

const implementationPattern =
  /^\s*(?:\/\/[^\n]*\n\s*)*(?:@\w+(?:\([^)]*\))?\s*)*export function (\w+)\s*\(([^)]*)\)\s*:\s*(\w+)/;

// A declaration belongs to the function right after it.
function implementationAfter(text: string, comment: string, module: string): RegExpExecArray {
  const match = implementationPattern.exec(text);
  if (match === null)
    throw new Error(`invariant: ${module}: no exported function follows ${/@sql[^\n]*/.exec(comment)?.[0] ?? '@sql'}`);
  return match;
}

function nullsOf(text: string | undefined, module: string, implementation: string): FunctionSignature['nulls'] {
  if (text === undefined || text === 'propagate') return 'propagate';
  if (text === 'may-return' || text === 'accepts') return text;
  throw new Error(`invariant: ${module}: ${implementation}: unknown @nulls ${text}`);
}

function parseDeclaration(
  text: string,
  rest: Omit<FunctionSignature, 'name' | 'parameters' | 'result'>,
): FunctionSignature {
  const match = /^([\w|]+)\s*\((.*)\)\s*->\s*(.+)$/.exec(text);
  if (match === null) throw new Error(`invariant: ${rest.module}: can not read @sql ${text}`);
  const [, name = '', parameters = '', result = ''] = match;
  const list = splitTypes(parameters);
  return {
    name: name.toUpperCase(),
    parameters: list.map((part) => parseType(part, rest.module)),
    result: parseType(result, rest.module),
    ...rest,
  };
}

function splitTypes(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parseType(
  text: string,
  module: string,
): FunctionParameter & { readonly type?: SqlType; readonly month?: boolean } {
  const upper = text.trim().toUpperCase();
  if (upper === 'FIELD') return { kind: 'INTEGER', field: true };
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(upper);
  if (decimal !== null)
    return { kind: 'DECIMAL', type: { kind: 'DECIMAL', precision: Number(decimal[1]), scale: Number(decimal[2]) } };
  const texts = /^(CHAR|VARCHAR|BINARY|VARBINARY)\((\d+)\)$/.exec(upper);
  if (texts !== null) {
    const kind = texts[1] as 'CHAR' | 'VARCHAR' | 'BINARY' | 'VARBINARY';
    return { kind, type: { kind, length: Number(texts[2]) } };
  }
  const [word = ''] = upper.split(/[\s(]/);
  if (!kinds.has(word)) throw new Error(`invariant: ${module}: unknown type ${text} in @sql`);
  if (word === 'INTERVAL') return { kind: 'INTERVAL', month: upper.includes('MONTH') };
  return word === 'DECIMAL' ? { kind: 'DECIMAL', scale: true } : { kind: word as SqlTypeKind };
}

/** A parameter's type with everything that the declaration leaves open set to a plain value. */
export function plainType(parameter: FunctionParameter): SqlType {
  const extended = parameter as FunctionParameter & { readonly type?: SqlType; readonly month?: boolean };
  if (extended.type !== undefined) return extended.type;
  switch (parameter.kind) {
    case 'DECIMAL':
      return { kind: 'DECIMAL', precision: 18, scale: 0 };
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return { kind: parameter.kind, length: 65535 };
    case 'INTERVAL':
      return extended.month === true
        ? { kind: 'INTERVAL', start: 'YEAR', end: 'MONTH', precision: 10, fraction: 0 }
        : { kind: 'INTERVAL', start: 'DAY', end: 'SECOND', precision: 10, fraction: 3 };
    default:
      return { kind: parameter.kind } as SqlType;
  }
}

/** A parameter's type as a declaration has it: without length and precision where they are the argument's own. */
export function typeName(parameter: FunctionParameter): string {
  const fixed = 'type' in parameter && parameter.type !== undefined;
  return typeText(plainType(parameter)).replace(fixed ? /$^/ : /\(.*/, '');
}

function checkImplementation(signature: FunctionSignature, parameters: string, result: string): void {
  const expected = signature.parameters.flatMap((parameter) => {
    const storage = storageOf(plainType(parameter));
    const types = [storage === 'text' ? 'Text' : storage];
    if (parameter.scale === true) types.push('i32');
    if (signature.nulls === 'accepts') types.push('bool');
    return types;
  });
  const found = parameters
    .split(',')
    .map(
      (part) =>
        part
          .split(':')[1]
          ?.trim()
          .replace(/\s*=.*$/, '') ?? '',
    )
    .filter((type) => type !== '');
  const same = (left: string, right: string): boolean => left === right || (left === 'Text' && right === 'u64');
  const resultStorage = storageOf(plainType(signature.result));
  if (
    found.length !== expected.length ||
    !expected.every((type, index) => same(type, found[index] ?? '')) ||
    !same(resultStorage === 'text' ? 'Text' : resultStorage, result === 'bool' ? 'i32' : result)
  ) {
    throw new Error(
      `invariant: ${signature.module}: ${signature.implementation}(${parameters}): ${result} does not fit @sql ${signature.name}(${expected.join(', ')})`,
    );
  }
}

const ranks: readonly SqlTypeKind[] = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'DECIMAL', 'REAL', 'DOUBLE'];

/** Cost of giving an argument of a type to a parameter: 0 exact, more for wider ones, undefined when it does not fit. */
export function conversionCost(from: SqlType, parameter: FunctionParameter): number | undefined {
  if (from.kind === 'NULL') return parameter.field === true ? undefined : 1;
  const to = plainType(parameter);
  if (from.kind === to.kind) return familyOf(from) === familyOf(to) ? 0 : undefined;
  const fromRank = ranks.indexOf(from.kind);
  const toRank = ranks.indexOf(to.kind);
  if (fromRank >= 0 && toRank > fromRank) return toRank - fromRank;
  if (familyOf(from) === familyOf(to) && (familyOf(from) === 'character' || familyOf(from) === 'binary')) return 1;
  return undefined;
}
