// Types in the binder: from their SQL names, which casts are legal, to which type two operands go.
import { TEXT_BYTES_MAX } from '../../contract/abi.ts';
import {
  familyOf,
  integerPrecision,
  isIntegerType,
  isYearMonth,
  lengthWhenOmitted,
  plainTypeNames,
  sizedTypeNames,
  decimalTypeNames,
  typeText,
  type SqlType,
} from '../../contract/types.ts';
import type { TypeName } from '../parse/ast.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import { typeOutOfRange, unknownType } from '../diagnose/messages.ts';

const DIGITS_MAX = 18;
const typeNames = [...Object.keys(plainTypeNames), ...Object.keys(sizedTypeNames), ...decimalTypeNames];

/** The type that a name stands for, or what is wrong with it. */
export function typeOf(name: TypeName): SqlType | Diagnostic {
  const [first, second] = name.parameters;
  if (name.interval !== undefined) {
    const { start, end, precision, fraction } = name.interval;
    return { kind: 'INTERVAL', start, end, precision: precision ?? 2, fraction: fraction ?? 3 };
  }
  const plain = plainTypeNames[name.name];
  if (plain !== undefined) return plain;
  const sized = sizedTypeNames[name.name];
  if (sized !== undefined) return characters(sized, first ?? lengthWhenOmitted(sized), name);
  if (!decimalTypeNames.includes(name.name)) return unknownType(name.span, name.name, typeNames);
  const precision = first ?? DIGITS_MAX;
  const scale = second ?? 0;
  if (precision < 1 || precision > 19) return typeOutOfRange(name.span, `DECIMAL has 1 to 19 digits, not ${precision}`);
  if (scale > precision)
    return typeOutOfRange(name.span, `the scale ${scale} is larger than the precision ${precision}`);
  return { kind: 'DECIMAL', precision, scale };
}

function characters(
  kind: 'CHAR' | 'VARCHAR' | 'BINARY' | 'VARBINARY',
  length: number,
  name: TypeName,
): SqlType | Diagnostic {
  if (length < 1 || length > TEXT_BYTES_MAX)
    return typeOutOfRange(name.span, `${kind} has a length of 1 to ${TEXT_BYTES_MAX}, not ${length}`);
  return { kind, length };
}

/** True for a diagnostic. */
export function isDiagnostic(value: SqlType | Diagnostic): value is Diagnostic {
  return 'severity' in value;
}

/** True when both can be compared, after conversion to one type. */
export function commonType(left: SqlType, right: SqlType): SqlType | undefined {
  if (left.kind === 'NULL') return right;
  if (right.kind === 'NULL') return left;
  const leftFamily = familyOf(left);
  const rightFamily = familyOf(right);
  const numeric = (family: string): boolean => family === 'exact' || family === 'approximate';
  if (numeric(leftFamily) && numeric(rightFamily)) {
    if (leftFamily === 'approximate' || rightFamily === 'approximate')
      return left.kind === 'REAL' && right.kind === 'REAL' ? left : { kind: 'DOUBLE' };
    if (isIntegerType(left) && isIntegerType(right))
      return integerPrecision(left.kind) >= integerPrecision(right.kind) ? left : right;
    const [one, two] = [decimalOf(left), decimalOf(right)];
    const scale = Math.max(one.scale, two.scale);
    const whole = Math.max(one.precision - one.scale, two.precision - two.scale);
    return { kind: 'DECIMAL', precision: Math.min(whole + scale, DIGITS_MAX), scale };
  }
  if (leftFamily !== rightFamily) return undefined;
  if (leftFamily === 'character' || leftFamily === 'binary') {
    const [one, two] = [left, right] as [{ kind: string; length: number }, { kind: string; length: number }];
    const variable = leftFamily === 'character' ? 'VARCHAR' : 'VARBINARY';
    const kind = one.kind === two.kind ? one.kind : variable;
    return { kind, length: Math.max(one.length, two.length) } as SqlType;
  }
  if (left.kind === 'INTERVAL' && right.kind === 'INTERVAL') return widerInterval(left, right);
  return left;
}

type Interval = Extract<SqlType, { kind: 'INTERVAL' }>;
const fields = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;

/** The interval type that holds both. */
export function widerInterval(left: Interval, right: Interval): Interval {
  const start = fields[Math.min(fields.indexOf(left.start), fields.indexOf(right.start))] ?? 'DAY';
  const end = fields[Math.max(fields.indexOf(left.end), fields.indexOf(right.end))] ?? 'SECOND';
  return {
    kind: 'INTERVAL',
    start,
    end,
    precision: Math.max(left.precision, right.precision),
    fraction: Math.max(left.fraction, right.fraction),
  };
}

/** An exact type as DECIMAL. */
export function decimalOf(type: SqlType): { kind: 'DECIMAL'; precision: number; scale: number } {
  if (type.kind === 'DECIMAL') return type;
  return { kind: 'DECIMAL', precision: isIntegerType(type) ? integerPrecision(type.kind) : DIGITS_MAX, scale: 0 };
}

/** Result of DECIMAL arithmetic: 18 digits at most, the scale cut first but kept at min(scale, 6) (DECISIONS 8). */
export function decimalResult(operator: '+' | '-' | '*' | '/', left: SqlType, right: SqlType): SqlType {
  const [one, two] = [decimalOf(left), decimalOf(right)];
  let precision: number;
  let scale: number;
  if (operator === '*') {
    scale = one.scale + two.scale;
    precision = one.precision + two.precision;
  } else if (operator === '/') {
    const whole = one.precision - one.scale + two.scale;
    scale = Math.max(6, one.scale + two.precision + 1);
    precision = whole + scale;
  } else {
    scale = Math.max(one.scale, two.scale);
    precision = Math.max(one.precision - one.scale, two.precision - two.scale) + scale + 1;
  }
  if (precision > DIGITS_MAX) {
    scale = Math.max(Math.min(scale, 6), scale - (precision - DIGITS_MAX));
    precision = DIGITS_MAX;
  }
  return { kind: 'DECIMAL', precision, scale };
}

/** KDA-SQL 3.7: may CAST(x AS type) be written. */
export function castIsLegal(from: SqlType, to: SqlType): boolean {
  if (from.kind === 'NULL') return true;
  const [source, target] = [familyOf(from), familyOf(to)];
  const numeric = (family: string): boolean => family === 'exact' || family === 'approximate';
  if (numeric(source)) return numeric(target) || target === 'character';
  switch (source) {
    case 'character':
      return (
        numeric(target) ||
        ['character', 'date', 'time', 'timestamp', 'interval-day-time', 'interval-year-month', 'boolean'].includes(
          target,
        )
      );
    case 'date':
      return ['date', 'character', 'timestamp'].includes(target);
    case 'time':
      return ['time', 'character', 'timestamp'].includes(target);
    case 'timestamp':
      return ['timestamp', 'character', 'time', 'date'].includes(target);
    case 'interval-day-time':
    case 'interval-year-month':
      return (
        target === source ||
        target === 'character' ||
        (target === 'exact' && from.kind === 'INTERVAL' && from.start === from.end)
      );
    case 'boolean':
      return target === 'character' || target === 'boolean';
    case 'binary':
      return target === 'binary';
    default:
      return false;
  }
}

/** Section 1.3: may a value be inserted into a column without a cast. */
export function assignmentIsLegal(from: SqlType, to: SqlType): boolean {
  if (from.kind === 'NULL') return true;
  const [source, target] = [familyOf(from), familyOf(to)];
  const numeric = (family: string): boolean => family === 'exact' || family === 'approximate';
  return (numeric(source) && numeric(target)) || source === target;
}

/** Types in words, for messages. */
export function describe(types: readonly SqlType[]): string {
  return types.map(typeText).join(', ');
}

export { isYearMonth };
