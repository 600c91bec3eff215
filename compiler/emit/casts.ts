// Cast nodes → calls of assembly/functions/casts, named cast<From>To<To>; widening of numbers is plain code.
import { familyOf, integerBits, isIntegerType, sameType, type SqlType } from '../../contract/types.ts';
import type { Cast } from '../plan/expression.ts';
import { kindWord } from './arithmetic.ts';
import type { ModuleBuilder } from './code.ts';

const module_ = 'functions/casts';

/** Code of a cast over a plain value. */
export function emitCast(expression: Cast, value: string, module: ModuleBuilder): string {
  return emitConversion(expression.operand.type, expression.type, value, module);
}

function emitConversion(from: SqlType, to: SqlType, value: string, module: ModuleBuilder): string {
  if (sameType(from, to)) return value;
  const call = (name: string, ...parameters: readonly (string | number)[]): string =>
    `${module.use(module_, name)}(${parameters.join(', ')})`;
  const source = from.kind === 'DECIMAL' ? [value, from.scale] : [value];
  if (to.kind === 'CHAR' || to.kind === 'VARCHAR') return toCharacters(from, to, value, call);
  if (to.kind === 'BINARY' || to.kind === 'VARBINARY')
    return to.kind === 'BINARY' ? call('padBinary', value, to.length) : call('truncateBinary', value, to.length);
  if (isIntegerType(from) && isIntegerType(to)) return integerToInteger(from, to, value, call);
  if (isIntegerType(to)) {
    if (from.kind === 'INTERVAL') return call(`cast${kindWord(from)}To${kindWord(to)}`, value, fieldNumber(from.end));
    return call(`cast${kindWord(from)}To${kindWord(to)}`, ...source);
  }
  if (to.kind === 'DECIMAL') {
    if (isIntegerType(from)) return call('castBigintToDecimal', `<i64>${value}`, to.scale);
    if (from.kind === 'INTERVAL') return call(`cast${kindWord(from)}ToDecimal`, value, fieldNumber(from.end), to.scale);
    return call(`cast${kindWord(from)}ToDecimal`, ...source, to.scale);
  }
  if (to.kind === 'DOUBLE' || to.kind === 'REAL') {
    const type = to.kind === 'DOUBLE' ? 'f64' : 'f32';
    if (isIntegerType(from) || (from.kind === 'REAL' && to.kind === 'DOUBLE')) return `<${type}>${value}`;
    return call(`cast${kindWord(from)}To${kindWord(to)}`, ...source);
  }
  if (to.kind === 'INTERVAL') return toInterval(from, to, value, call);
  return call(`cast${kindWord(from)}To${kindWord(to)}`, ...source);
}

const fields = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'];

function fieldNumber(field: string): number {
  return fields.indexOf(field);
}

function integerToInteger(
  from: SqlType,
  to: SqlType,
  value: string,
  call: (name: string, ...parameters: readonly (string | number)[]) => string,
): string {
  if ((integerBits[from.kind] ?? 0) <= (integerBits[to.kind] ?? 0))
    return to.kind === 'BIGINT' ? `<i64>${value}` : value;
  return call(`castBigintTo${kindWord(to)}`, `<i64>${value}`);
}

// Characters from anything: the text form, then cut or padded to the length; datetimes must fit (DECISIONS 9).
function toCharacters(
  from: SqlType,
  to: { readonly kind: 'CHAR' | 'VARCHAR'; readonly length: number },
  value: string,
  call: (name: string, ...parameters: readonly (string | number)[]) => string,
): string {
  const family = familyOf(from);
  let text = value;
  if (family !== 'character') {
    const source: (string | number)[] = isIntegerType(from)
      ? [`<i64>${value}`]
      : from.kind === 'DECIMAL'
        ? [value, from.scale]
        : [value];
    const word = isIntegerType(from) ? 'Bigint' : kindWord(from);
    const qualifier = from.kind === 'INTERVAL' ? [fieldNumber(from.start), fieldNumber(from.end)] : [];
    text = call(`cast${word}ToText`, ...source, ...qualifier, to.length);
  } else if (to.kind === 'VARCHAR') {
    // A shorter or equal declared length needs no look at the value.
    return from.kind === 'VARCHAR' && from.length <= to.length
      ? value
      : from.kind === 'CHAR' && from.length <= to.length
        ? value
        : call('truncateText', value, to.length);
  }
  return to.kind === 'CHAR' ? call('padText', text, to.length) : text;
}

function toInterval(
  from: SqlType,
  to: Extract<SqlType, { kind: 'INTERVAL' }>,
  value: string,
  call: (name: string, ...parameters: readonly (string | number)[]) => string,
): string {
  if (familyOf(from) === 'character')
    return call(`castTextTo${kindWord(to)}`, value, fieldNumber(to.start), fieldNumber(to.end));
  return call(`cast${kindWord(from)}To${kindWord(to)}`, value, fieldNumber(to.end));
}
