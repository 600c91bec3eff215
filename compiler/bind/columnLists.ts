// The lists of columns in the arguments of log parsers: `name TYPE type ['format'] [NOT NULL] [START n [FOR length]], …` (KDA-SQL 4.8).
import { decimalTypeNames, familyOf, typeText, type SqlType } from '../../contract/types.ts';
import { invalidColumnList } from '../diagnose/patternMessages.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import type { Span } from '../source.ts';
import { spanWithin } from './patterns.ts';
import { castIsLegal, isDiagnostic, typeOf } from './types.ts';

/** A column of a list. */
export interface ListedColumn {
  readonly name: string;
  readonly type: SqlType;
  /** Pattern of SimpleDateFormat for a datetime. */
  readonly format?: string;
  readonly notNull: boolean;
  /** First character, from 0, and number of characters (all that follow when missing); only for fixed columns. */
  readonly start?: number;
  readonly length?: number;
}

/** Most columns of a list. */
export const LIST_COLUMNS_MAX = 1024;

const itemPattern =
  /\s*(?:"([^"]+)"|([A-Za-z_]\w*))(?:\s+TYPE\s+([A-Za-z]+(?:\s+(?:PRECISION|VARYING))?)(?:\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?(?:\s*'([^']*)'|\s*"([^"]*)")?)?(\s+NOT\s+NULL)?(?:\s+START\s+(\d+)(?:\s+FOR\s+(\d+))?)?\s*(,|$)/iy;

const shapes = {
  plain: "write 'name TYPE type, …', for instance 'id TYPE INTEGER, \"when\" TYPE VARCHAR(40)'",
  fixed: "write 'name [TYPE type] START n [FOR length], …', for instance 'id TYPE INTEGER START 0 FOR 4'",
};

/** Reads a list; `fixed`: each column has a START, otherwise none has. */
export function readColumnList(
  text: string,
  span: Span,
  fixed: boolean,
  report: (diagnostic: Diagnostic) => void,
): readonly ListedColumn[] | undefined {
  const columns: ListedColumn[] = [];
  const wrong = (reason: string, start: number, end: number): undefined => {
    report(invalidColumnList(spanWithin(span, text, { start, end }), reason, fixed ? shapes.fixed : shapes.plain));
    return undefined;
  };
  let at = 0;
  do {
    itemPattern.lastIndex = at;
    const found = itemPattern.exec(text);
    // Only what has a START may be without a type: it is text.
    const isWhole = found !== null && (found[3] !== undefined || found[9] !== undefined);
    if (!isWhole)
      return wrong(`column ${columns.length + 1}, "${text.slice(at).trim()}", can not be read`, at, text.length);
    const end = at + found[0].length;
    const column = columnOf(found, span);
    if (typeof column === 'string') return wrong(column, at, end);
    if (fixed !== (column.start !== undefined))
      return wrong(`column "${column.name}" ${fixed ? 'has no START' : 'has a START'}`, at, end);
    if (columns.some((other) => other.name === column.name)) return wrong(`"${column.name}" is named twice`, at, end);
    if (columns.push(column) > LIST_COLUMNS_MAX) return wrong(`it has more than ${LIST_COLUMNS_MAX} columns`, at, end);
    at = end;
    if (found[11] !== ',') return columns;
  } while (at <= text.length);
  return columns;
}

// A column, or what is wrong with it.
function columnOf(found: RegExpExecArray, span: Span): ListedColumn | string {
  const [, quoted, plain = '', typeName = 'VARCHAR', first, second] = found;
  const name = quoted ?? plain.toUpperCase();
  const parameters = [first, second].flatMap((parameter) => (parameter === undefined ? [] : [Number(parameter)]));
  const type = typeOf({ kind: 'type-name', name: typeName.toUpperCase().replaceAll(/\s+/g, ' '), parameters, span });
  if (isDiagnostic(type)) return `column "${name}": ${type.message}`;
  if (parameters.length > 0 && !('length' in type) && !decimalTypeNames.includes(typeName.toUpperCase()))
    return `column "${name}": ${typeName} takes no length`;
  if (!castIsLegal({ kind: 'VARCHAR', length: 1 }, type)) return `column "${name}" can not be ${typeText(type)}`;
  const format = found[6] ?? found[7];
  if (format !== undefined && !['date', 'time', 'timestamp'].includes(familyOf(type)))
    return `column "${name}": ${typeText(type)} takes no format`;
  return {
    name,
    type,
    ...(format === undefined ? {} : { format }),
    notNull: found[8] !== undefined,
    ...(found[9] === undefined ? {} : { start: Number(found[9]) }),
    ...(found[10] === undefined ? {} : { length: Number(found[10]) }),
  };
}
