// Records: what a log parser gives. They exist in the binder only. An item of a select list that is a record becomes an item for each
// of its fields; a derived table has these as columns behind its visible ones, and the scope above finds them by the record's name.
// `*` passes records on to an outer query; into a stream none can go.
import type { Column } from '../../contract/types.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import * as message from '../diagnose/messages.ts';
import * as patternMessage from '../diagnose/patternMessages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { Project } from '../plan/plan.ts';
import { rewriteExpression } from '../plan/rewrite.ts';
import { forEachExpression } from '../plan/walk.ts';
import type { Span } from '../source.ts';
import { bindLogParser, isLogParser, type RecordField } from './logParsers.ts';
import type { Item } from './query.ts';
import {
  columnAt,
  expressionKey,
  plain,
  relationsCalled,
  shiftColumns,
  type Scope,
  type ScopeRelation,
} from './scope.ts';

/** A record of a relation: its fields as columns of it. */
export interface ScopeRecord {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly index: number }[];
}

/** The record that an item of a select list is a field of. */
export interface ItemRecord {
  readonly name: string;
  readonly isFirst: boolean;
}

type Finish = (expression: Expression) => Expression | undefined;

function columnOf(relation: ScopeRelation, index: number, span: Span): Expression {
  return shiftColumns(columnAt(relation.columns, index, span), relation.offset);
}

function itemsOf(
  name: string,
  fields: readonly RecordField[],
  span: Span,
  finish: Finish,
): readonly Item[] | undefined {
  const items = fields.flatMap((field, index): Item[] => {
    const expression = finish(field.expression);
    return expression === undefined
      ? []
      : [{ expression, name: field.name, aliased: false, span, record: { name, isFirst: index === 0 } }];
  });
  return items.length === fields.length ? items : undefined;
}

function fieldsOfRecord(record: ScopeRecord, relation: ScopeRelation, span: Span): readonly RecordField[] {
  return record.fields.map(({ name, index }) => ({ name, expression: columnOf(relation, index, span) }));
}

/** The items of the records that `*` or `alias.*` gives; undefined after an error. */
export function allRecordItems(
  alias: string | undefined,
  relations: readonly ScopeRelation[],
  span: Span,
  finish: Finish,
): readonly Item[] | undefined {
  const items: Item[] = [];
  for (const relation of relationsCalled(alias, relations)) {
    for (const record of relation.records ?? []) {
      const added = itemsOf(record.name, fieldsOfRecord(record, relation, span), span, finish);
      if (added === undefined) return undefined;
      items.push(...added);
    }
  }
  return items;
}

/** The items of a select item that is a record; `none` when it is a value, undefined after an error. */
export function bindRecordItem(
  node: ast.Expression,
  name: string,
  scope: Scope,
  finish: Finish,
): readonly Item[] | 'none' | undefined {
  if (node.kind === 'call' && isLogParser(node.name.name)) {
    const fields = bindLogParser(node, scope);
    return fields === undefined ? undefined : itemsOf(name, fields, node.span, finish);
  }
  if (node.kind !== 'name') return 'none';
  const found = findRecord(node.parts, scope);
  if (found === undefined) return 'none';
  return itemsOf(name, fieldsOfRecord(found.record, found.relation, node.span), node.span, finish);
}

/** A record by `r` or `alias.r`, unless a column has that name. */
function findRecord(
  parts: readonly ast.Identifier[],
  scope: Scope,
): { readonly record: ScopeRecord; readonly relation: ScopeRelation } | undefined {
  const name = parts.at(-1)?.name;
  const alias = parts.length === 2 ? parts[0]?.name : undefined;
  if (parts.length > 2) return undefined;
  const relations = relationsCalled(alias, scope.relations);
  if (relations.some((relation) => relation.columns.slice(0, relation.visible).some((column) => column.name === name)))
    return undefined;
  for (const relation of relations) {
    const record = relation.records?.find((candidate) => candidate.name === name);
    if (record !== undefined) return { record, relation };
  }
  return undefined;
}

/**
 * A name with points as a field of a record: `alias.r.field`, `r.field`, or a record where a value is needed (an error). `none` when the
 * name is something else.
 */
export function bindField(node: ast.ColumnName, scope: Scope): Expression | 'none' | undefined {
  const { parts } = node;
  const whole = findRecord(parts, scope);
  if (whole !== undefined) {
    scope.report(patternMessage.recordAsValue(node.span, whole.record.name, whole.record.fields[0]?.name));
    return undefined;
  }
  const last = parts.at(-1);
  const found = parts.length < 2 || parts.length > 3 ? undefined : findRecord(parts.slice(0, -1), scope);
  const isAlias = parts.length === 2 && relationsCalled(parts[0]?.name, scope.relations).length > 0;
  if (found === undefined || last === undefined || (isAlias && isColumnOfAlias(parts, scope)))
    return parts.length > 2 ? noRecord(node, scope) : 'none';
  const field = found.record.fields.find((candidate) => candidate.name === last.name);
  if (field !== undefined) return columnOf(found.relation, field.index, node.span);
  const names = found.record.fields.map((candidate) => candidate.name);
  scope.report(patternMessage.unknownField(last.span, found.record.name, last.name, names));
  return undefined;
}

function isColumnOfAlias(parts: readonly ast.Identifier[], scope: Scope): boolean {
  return relationsCalled(parts[0]?.name, scope.relations).some(
    (relation) => parts[1]?.name === 'ROWTIME' || relation.columns.some((column) => column.name === parts[1]?.name),
  );
}

function noRecord(node: ast.ColumnName, scope: Scope): undefined {
  const [alias, record] = node.parts;
  const [relation] = alias === undefined ? [] : relationsCalled(alias.name, scope.relations);
  const known = scope.relations.flatMap((candidate) => candidate.alias ?? []);
  if (alias === undefined || record === undefined || node.parts.length > 3) {
    scope.report(message.tooManyParts(node.span));
    return undefined;
  }
  if (relation === undefined) scope.report(message.unknownAlias(alias.span, alias.name, known));
  else {
    const names = [...(relation.records ?? []), ...relation.columns.slice(0, relation.visible)].map(({ name }) => name);
    scope.report(message.unknownColumn(record.span, record.name, `"${alias.name}"`, names));
  }
  return undefined;
}

/** What a select list gives by name, in order: a column, or a record as one of type NULL. */
export function entriesOf(items: readonly Item[]): readonly Column[] {
  return items.flatMap(({ name, expression, record }): Column[] => {
    if (record === undefined) return [{ name, type: expression.type, nullable: expression.nullable }];
    return record.isFirst ? [{ name: record.name, type: { kind: 'NULL' }, nullable: true }] : [];
  });
}

/** A derived table's columns: visible ones first, then the fields of its records. */
export interface RecordLayout {
  readonly items: readonly Item[];
  readonly names: readonly string[];
  readonly visible: number;
  readonly records: readonly ScopeRecord[];
}

/** Lays out the items of a derived table, whose entries are called so. */
export function layOut(items: readonly Item[], entries: readonly Column[]): RecordLayout {
  let entry = -1;
  const named = items.map((item): Item => {
    if (item.record === undefined) return { ...item, name: entries[++entry]?.name ?? item.name };
    if (item.record.isFirst) entry++;
    return { ...item, record: { ...item.record, name: entries[entry]?.name ?? item.record.name } };
  });
  const plain = named.filter((item) => item.record === undefined);
  const fields = named.filter((item) => item.record !== undefined);
  const records: { name: string; fields: { name: string; index: number }[] }[] = [];
  for (const [index, { name, record }] of fields.entries()) {
    if (record?.isFirst === true) records.push({ name: record.name, fields: [] });
    records.at(-1)?.fields.push({ name, index: plain.length + index });
  }
  const ordered = [...plain, ...fields];
  // A field must not be found by its name alone.
  const names = ordered.map(({ name, record }) => (record === undefined ? name : `${record.name}.${name}`));
  return { items: ordered, names, visible: plain.length, records };
}

/** Reports a record that would go into a stream, a hidden one included. */
export function refuseRecords(items: readonly Item[], report: (diagnostic: Diagnostic) => void): boolean {
  const found = items.find((item) => item.record !== undefined);
  if (found?.record === undefined) return false;
  report(patternMessage.recordIntoStream(found.span, found.record.name));
  return true;
}

/** Calls that take a line apart; what they give is a column of the plan where several fields share it. */
const recordCalls = new Set(['PATTERN_PARSE', 'SECTIONS_PARSE', 'DELIMITED_PARSE']);
/** Column indexes from here on stand for records while a projection is being split. */
const RECORD_BASE = 2_000_000;

/** A projection with its records in a projection of their own below it: computing a field then can't fail, and only what is read is. */
export function shareRecords(project: Project): Project {
  const calls = new Map<string, Expression>();
  const marked = project.expressions.map((expression) =>
    rewriteExpression(expression, (node) => {
      if (node.kind !== 'call' || !recordCalls.has(node.function.name)) return node;
      const key = expressionKey(node);
      if (!calls.has(key)) calls.set(key, node);
      const { type, nullable, span } = node;
      return {
        kind: 'column',
        index: RECORD_BASE + [...calls.keys()].indexOf(key),
        name: 'record',
        type,
        nullable,
        span,
      };
    }),
  );
  if (calls.size === 0) return project;
  const used = new Set<number>();
  for (const expression of marked)
    forEachExpression(expression, (node) => {
      if (node.kind === 'column' && node.index < RECORD_BASE) used.add(node.index);
    });
  const positions = [...used].sort((left, right) => left - right);
  const below: readonly Expression[] = [
    ...positions.map((index) => columnAt(project.input.columns, index, project.span)),
    ...[...calls.values()].map(plain),
  ];
  const input: Project = {
    kind: 'project',
    input: project.input,
    expressions: below,
    columns: below.map(
      (expression, index): Column => ({
        name: expression.kind === 'column' ? expression.name : `record${index - positions.length}`,
        type: expression.type,
        nullable: expression.nullable,
      }),
    ),
    span: project.span,
  };
  const moved = (node: Expression): Expression => {
    if (node.kind !== 'column') return node;
    const index =
      node.index < RECORD_BASE ? positions.indexOf(node.index) : positions.length + node.index - RECORD_BASE;
    return { ...columnAt(input.columns, index, node.span) };
  };
  return { ...project, input, expressions: marked.map((expression) => rewriteExpression(expression, moved)) };
}
