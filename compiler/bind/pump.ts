// A pump's query meets its target: columns by position, converted for assignment, and a promoted ROWTIME.
import { typeText } from '../../contract/types.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import * as message from '../diagnose/messages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { Pump, Relation, Stream } from '../plan/plan.ts';
import { convert } from './convert.ts';
import type { BoundSelect } from './query.ts';
import { refuseRecords } from './records.ts';
import { plain } from './scope.ts';
import { assignmentIsLegal } from './types.ts';

/** The query's columns by position into the target's, converted for assignment; unlisted ones are NULL. */
export function finishPump(
  statement: ast.CreatePump,
  bound: BoundSelect,
  target: Stream,
  report: (diagnostic: Diagnostic) => void,
): Pump | undefined {
  const { insert } = statement;
  if (refuseRecords(bound.items, report)) return undefined;
  const listed =
    insert.columns ??
    target.columns.map(
      (column): ast.Identifier => ({ kind: 'identifier', name: column.name, quoted: true, span: insert.target.span }),
    );
  if (listed.length !== bound.items.length) {
    report(message.columnCount(insert.query.span, listed.length, bound.items.length, target.name));
    return undefined;
  }
  let { rowtime } = bound;
  const values = new Map<string, Expression>();
  let failed = false;
  for (const [index, identifier] of listed.entries()) {
    const item = bound.items[index];
    if (item === undefined) continue;
    if (identifier.name === 'ROWTIME' && insert.columns !== undefined) {
      rowtime = item.expression;
      continue;
    }
    const column = target.columns.find((candidate) => candidate.name === identifier.name);
    if (column === undefined) {
      report(
        message.unknownColumn(
          identifier.span,
          identifier.name,
          `stream "${target.name}"`,
          target.columns.map((candidate) => candidate.name),
        ),
      );
      failed = true;
    } else if (values.has(identifier.name)) {
      report(message.duplicateColumn(identifier.span, identifier.name, identifier.span));
      failed = true;
    } else if (!assignmentIsLegal(item.expression.type, column.type)) {
      report(
        message.typeMismatch(
          item.span,
          `invalid implicit cast: ${typeText(item.expression.type)} does not go into column "${column.name}" of type ${typeText(column.type)}`,
          'convert it with CAST',
        ),
      );
      failed = true;
    } else values.set(identifier.name, convert(plain(item.expression), column.type, 'assignment'));
  }
  if (!failed && !nullsAllowed(statement, target, values, report)) failed = true;
  if (rowtime !== undefined && rowtime.type.kind !== 'TIMESTAMP') {
    report(message.rowtimeType(rowtime.span, typeText(rowtime.type)));
    failed = true;
  }
  if (failed) return undefined;
  const expressions = target.columns.map(
    (column): Expression =>
      values.get(column.name) ?? { kind: 'literal', type: column.type, value: null, nullable: true, span: insert.span },
  );
  const query: Relation = {
    kind: 'project',
    input: bound.input,
    expressions,
    columns: target.columns,
    span: insert.query.span,
    ...(rowtime === undefined || rowtime.kind === 'rowtime' ? {} : { rowtime: plain(rowtime) }),
  };
  return { name: statement.name.name, target: target.name, query, span: statement.span };
}

// A NOT NULL column may get a nullable expression (its rows fault), but not NULL always.
function nullsAllowed(
  statement: ast.CreatePump,
  target: Stream,
  values: ReadonlyMap<string, Expression>,
  report: (diagnostic: Diagnostic) => void,
): boolean {
  const { insert } = statement;
  const wrong = target.columns.filter(({ name, nullable }) => {
    const value = values.get(name);
    return !nullable && (value === undefined || (value.kind === 'literal' && value.value === null));
  });
  for (const column of wrong)
    report(
      message.nullNotAllowed(values.get(column.name)?.span ?? insert.target.span, column.name, values.has(column.name)),
    );
  return wrong.length === 0;
}
