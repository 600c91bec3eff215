// SELECT DISTINCT in the program: rows that were seen since the closing key changed stop here.
import { storageOf } from '../../../contract/types.ts';
import { canFault } from '../../plan/faults.ts';
import { bitsOf } from '../accumulators.ts';
import { emitKey } from '../aggregation.ts';
import { emitOpenWindow } from '../closing.ts';
import type { ProgramContext } from '../context.ts';
import { emitExpression, type ExpressionContext } from '../expressions.ts';
import type { OperatorOf } from '../layout.ts';
import type { InlineCode } from '../operator.ts';
import { countOf, failCheck, type Segment } from '../segment.ts';

type DistinctLayout = OperatorOf<'distinct'>;

const layoutVersion = 1;

/** SELECT DISTINCT. */
export const distinctCode: InlineCode<'distinct'> = {
  form: 'inline',
  layoutVersion,
  scope: 'keyed',
  title: () => 'what SELECT DISTINCT has seen',
  declare: ({ name }, { module }) => {
    module.declareObject(name, 'operators/tumble', 'Tumble', 'TUMBLE_BYTES');
  },
  initialize: ({ name }, module) => [
    `${module.use('operators/tumble', 'initializeTumble')}(${name}, 0, 0, keyGroups);`,
  ],
  save: ({ name, relation }, module) =>
    `${module.use('operators/tumble', 'saveTumble')}(${name}, 0x${relation.id}, ${layoutVersion}, group);`,
  load: ({ name }, module) => `${module.use('operators/tumble', 'loadTumble')}(${name}, group, end)`,
  loaded: ({ name }, module) => [`${module.use('operators/tumble', 'tumbleLoaded')}(${name});`],
  changed: ({ name }) => `load<u8>(${name}.groups.changed + group) != 0`,
  pass: (distinct, below, segment, context, full) => {
    if (full) emitPass(distinct, below, segment, context);
    return below;
  },
};

function emitPass(distinct: DistinctLayout, below: ExpressionContext, segment: Segment, context: ProgramContext): void {
  const { code, module } = below;
  const { name, relation } = distinct;
  const { closing, keys } = relation;
  const tumble = (member: string): string => module.use('operators/tumble', member);
  const operands = keys.map((expression, index) => {
    if (index === closing.key && closing.kind === 'time') return undefined;
    const operand = emitExpression(expression, below);
    if (canFault(expression)) failCheck(segment, context, code)(expression);
    return { expression, operand };
  });
  const closingKey = keys[closing.key];
  if (closingKey === undefined) throw new Error('invariant: a DISTINCT without its closing key');
  if (closing.kind === 'time') {
    emitOpenWindow(name, closingKey, closing.closedEnd, [], context);
    code.line(`if (rowtime >= ${name}.boundary) ${tumble('forgetWindow')}(${name});`);
    code.line(`if (${name}.open == 0) open_${name}(rowtime);`);
  } else {
    const closed = operands[closing.key];
    if (closed === undefined) throw new Error('invariant: a DISTINCT without its closing key');
    const { value, isNull } = closed.operand;
    if (storageOf(closed.expression.type) === 'text') {
      const same = `${tumble('isClosingText')}(${name}, ${value}, ${isNull})`;
      code.line(`if (${name}.open != 0 && !${same}) ${tumble('forgetWindow')}(${name});`);
      code.line(`if (${name}.open == 0) ${tumble('openTextWindow')}(${name}, ${value}, ${isNull});`);
    } else {
      const bits = bitsOf(closed.expression.type, value);
      const closingValue = code.fresh('closing');
      code.line(`const ${closingValue}: i64 = ${isNull === 'false' ? bits : `(${isNull}) ? i64.MIN_VALUE : ${bits}`};`);
      code.line(`if (${name}.open != 0 && ${name}.value != ${closingValue}) ${tumble('forgetWindow')}(${name});`);
      code.line(`if (${name}.open == 0) ${tumble('openWindow')}(${name}, ${closingValue}, ${tumble('NEVER')}, false);`);
    }
  }
  const compared = operands.filter((operand) => operand !== undefined);
  const key = emitKey(compared, code, module);
  code.line(
    `${module.use('state/groups', 'findGroup')}(${name}.groups, ${module.use('text', 'textPointer')}(${key}), ${module.use('text', 'textLength')}(${key}));`,
  );
  code.line(`if (!${module.use('state/groups', 'groupIsNew')}) { ${countOf(segment, context, 'filtered')} return; }`);
}
