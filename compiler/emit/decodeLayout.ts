// The expected layout of a JSON input: one object a line, members in the order of a sample or else of the columns, objects and an array
// of rows in it. A member is met by comparing whole keys where there are no blanks; over blanks and members that nobody reads it is
// sought. What differs otherwise is left to the general reader: members that are missing, repeated or in another order.
import { Code, differences, inlined } from './code.ts';
import type { DecoderOptions, Use } from './decodeShared.ts';
import type { Slot } from './layout.ts';
import { emitSeeking } from './layoutSeeking.ts';
import {
  arrayOf,
  floats,
  isRead,
  planLayout,
  valuesOf,
  type ArrayLayout,
  type LeafLayout,
  type ObjectLayout,
} from './layoutPlan.ts';
import { emitFollowedValue, emitLayoutValue, emitWay, followedBytes, wayBytes, type Way } from './layoutValues.ts';
import type { PathNode } from './pathTree.ts';

/** Most bytes of Wasm that one function may take, by estimate. */
const functionBytesMax = 3000;

/** A piece of straight code with what it costs; pieces share nothing but `at`. */
interface Step {
  readonly bytes: number;
  emit(code: Code): void;
}

interface LayoutContext {
  readonly options: DecoderOptions;
  readonly use: Use;
  readonly functions: string[];
  parts: number;
  readonly learned: { count: number };
  /** What is done with values in another form. */
  readonly others: Code[];
}

/** Emits `layout_<name>(at, end)`: behind the record, or 0 when it is not in the layout. undefined where no layout can be expected. */
export function emitLayout(options: DecoderOptions, tree: PathNode, use: Use): string | undefined {
  const { binding, name } = options;
  if (binding.format.kind !== 'json' || binding.format.rowPath !== '$') return undefined;
  const root = planLayout(tree, binding.layout ?? []);
  if (root === undefined) return undefined;
  const context: LayoutContext = { options, use, functions: [], parts: 0, learned: { count: 0 }, others: [] };
  const array = arrayOf(root);
  const code = new Code();
  code.line('const from = at;');
  if (floats(root)) code.line(`timeSeen_${name} = false;`);
  for (const part of emitParts(objectSteps(root, context), context)) {
    code.line(`at = ${part}(at);`);
    code.line('if (at == 0) return 0;');
  }
  if (floats(root)) code.line(`if (!timeSeen_${name}) return 0;`);
  code.block(`if (load<u8>(at) != 0x0a || at >= end || ${use('formats/batch', 'recordMode')})`, () => {
    code.line(`at = ${use('formats/layout', 'recordEndAt')}(at, end);`);
    code.line('if (at == 0) return 0;');
  });
  code.line(`recordStart_${name} = from; recordEnd_${name} = at;`);
  code.line(array === undefined ? `accept_${name}();` : leaveRows(array, options));
  code.line('return at < end ? at + 1 : at;');
  context.functions.push(`${inlined}function layout_${name}(at: usize, end: usize): usize {\n${code}\n}`);
  emitOtherForms(context);
  if (floats(root)) context.functions.push(`let timeSeen_${name}: bool = false;`);
  if (array !== undefined)
    context.functions.push(`let layoutArray_${name}: usize = 0;`, `let layoutCount_${name}: u32 = 0;`);
  return context.functions.join('\n\n');
}

// Puts steps into functions `layout_<name>_part<n>(at)` that fit into the limit, and returns their names in order.
function emitParts(steps: readonly Step[], context: LayoutContext): string[] {
  const names: string[] = [];
  let code = new Code();
  let bytes = 0;
  const finish = (): void => {
    code.line('return at;');
    const name = `layout_${context.options.name}_part${context.parts++}`;
    names.push(name);
    context.functions.push(`function ${name}(at: usize): usize {\n  let next: usize = 0;\n${code}\n}`);
    code = new Code();
    bytes = 0;
  };
  for (const step of steps) {
    if (bytes > 0 && bytes + step.bytes > functionBytesMax) finish();
    step.emit(code);
    bytes += step.bytes;
  }
  finish();
  return names;
}

/** What a record consists of: bytes that lead from one place to another, values, and what has code of its own. */
type Piece =
  | { readonly kind: 'way'; readonly way: Way }
  | { readonly kind: 'value'; readonly value: LeafLayout; readonly depth: number }
  | { readonly kind: 'step'; readonly step: Step };

// Reading an object, from its brace to the one that closes it.
function objectSteps(object: ObjectLayout, context: LayoutContext): Step[] {
  const pieces = objectPieces(object, context);
  return pieces.flatMap((piece, index): Step[] => {
    if (piece.kind === 'step') return [piece.step];
    const next = pieces[index + 1];
    if (piece.kind === 'value')
      return next?.kind === 'way'
        ? [followedStep(piece.value, next.way, piece.depth, context)]
        : [valueStep(piece.value, piece.depth, context)];
    // The way behind a value goes with it; others do not go together, as members that nobody reads may lie between.
    return pieces[index - 1]?.kind === 'value' ? [] : [wayStep(piece.way)];
  });
}

function objectPieces(object: ObjectLayout, context: LayoutContext): Piece[] {
  const { use, options } = context;
  const { depth } = object;
  const suffix = `${options.name}_${object.number}`;
  const names = object.members.filter(({ value }) => isRead(value)).map(({ name }) => name);
  const seeking = emitSeeking({ suffix, depth, names, floatingTime: object.floatingTime }, context);
  const pieces: Piece[] = [];
  const first = object.members.findIndex(({ value }) => isRead(value));
  // What a sample had before the first member that is read belongs to the step of that one, as only one of them has the brace.
  const unread = object.members.slice(0, first).map(({ name }) => name);
  let place = 0;
  for (const [index, { name, value }] of object.members.entries()) {
    if (index < first) continue;
    if (!isRead(value)) {
      pieces.push({
        kind: 'step',
        step: {
          bytes: comparisonBytes(compactBytes(name, ',')) + 20,
          emit: (code) => emitUnread(name, ',', depth, code, use),
        },
      });
      continue;
    }
    const length = new TextEncoder().encode(name).length;
    const key = `object_${suffix} + ${place + 12}, ${length}`;
    place += 4 + ((length + 3) & ~3);
    const way = (opening: '{' | ','): Way => ({
      // Behind a brace the form without blanks begins the other one, too.
      forms:
        opening === '{'
          ? [spacedBytes(name, opening), compactBytes(name, opening)]
          : [compactBytes(name, opening), spacedBytes(name, opening)],
      sought: seeking.member(key, opening.charCodeAt(0)),
    });
    if (index === first && unread.length > 0)
      pieces.push({
        kind: 'step',
        step: {
          bytes: [name, ...unread].reduce((sum, each) => sum + comparisonBytes(compactBytes(each, ',')) + 40, 0),
          emit: (code) => emitFirstMember(unread, way(','), way('{'), depth, code, use),
        },
      });
    else pieces.push({ kind: 'way', way: way(index === first ? '{' : ',') });
    if (value.kind === 'leaf') pieces.push({ kind: 'value', value, depth });
    else if (value.kind === 'object') pieces.push(...objectPieces(value, context));
    else pieces.push({ kind: 'step', step: arrayStep(value, context) });
  }
  pieces.push({ kind: 'way', way: { forms: [Uint8Array.of(0x7d)], sought: seeking.end() } });
  return pieces;
}

function wayStep(way: Way): Step {
  return { bytes: wayBytes(way) + 40, emit: (code) => emitWay(way, code) };
}

function valueStep(value: LeafLayout, depth: number, { options, use }: LayoutContext): Step {
  return { bytes: valueBytes, emit: (code) => emitLayoutValue(options, value, depth, code, use) };
}

function arrayStep(array: ArrayLayout, context: LayoutContext): Step {
  const { options, use } = context;
  emitRows(array, context);
  return {
    bytes: 50,
    emit: (code) => {
      code.line(`at = ${use('formats/json', 'skipBlank')}(at);`);
      code.line(`layoutArray_${options.name} = at;`);
      code.line(`at = layoutRows_${options.name}(at, false);`);
      code.line('if (at == 0) return 0;');
    },
  };
}

function followedStep(
  { index, isTime }: LeafLayout,
  following: Way,
  depth: number,
  { options, use, others }: LayoutContext,
): Step {
  return {
    bytes: followedBytes(options, { index, isTime }, following, use),
    emit: (code) => {
      const other = new Code(3);
      const number = others.length;
      const elsewhere = `${otherForms(options, number)}(${number}, at, next)`;
      emitFollowedValue(elsewhere, { options, value: { index, isTime }, depth, following, use }, code, other);
      if (other.lines.length > 0) others.push(other);
    },
  };
}

/** Values in another form that one function knows what to do with. */
const otherFormsPerFunction = 12;

function otherForms({ name }: DecoderOptions, number: number): string {
  return `otherForms_${name}_${Math.floor(number / otherFormsPerFunction)}`;
}

// otherForms_<name>_<n>(number, at, next): several share a function, so that they do not become part of the straight code again.
function emitOtherForms({ options, others, functions }: LayoutContext): void {
  for (let first = 0; first < others.length; first += otherFormsPerFunction) {
    const code = new Code();
    code.block('switch (number)', () => {
      for (const [index, other] of others.slice(first, first + otherFormsPerFunction).entries())
        code.line(`case ${first + index}: {\n${other}\n    }`);
    });
    code.line('return 0;');
    functions.push(`function ${otherForms(options, first)}(number: i32, at: usize, next: usize): usize {\n${code}\n}`);
  }
}

/** Opening and name of a member as they stand without blanks. */
function compactBytes(name: string, opening: '{' | ','): Uint8Array {
  return new TextEncoder().encode(`${opening}"${name}":`);
}

/** The same with the blanks that Python's json.dumps has and others in its manner. */
function spacedBytes(name: string, opening: '{' | ','): Uint8Array {
  return new TextEncoder().encode(`${opening}${opening === ',' ? ' ' : ''}"${name}": `);
}

function matches(bytes: Uint8Array): string {
  return `(${differences(bytes, 'at').join(' | ')}) == 0`;
}

/** What comparing with them takes. */
function comparisonBytes(bytes: Uint8Array): number {
  return 30 + 18 * Math.ceil(bytes.length / 8);
}

// A member that a sample had and nobody reads. It may be missing, or hold blanks; then seeking gets over it.
function emitUnread(
  name: string,
  opening: '{' | ',',
  depth: number,
  code: Code,
  use: Use,
  otherwise?: () => void,
): void {
  const bytes = compactBytes(name, opening);
  code.block(`if (${matches(bytes)})`, () => {
    code.line(`at = ${use('formats/layout', 'skipUnread')}(at + ${bytes.length}, ${depth});`);
    code.line('if (at == 0) return 0;');
    otherwise?.();
  });
}

// To the value of the first member that is read, the way to which is `next` behind those that a sample had before it, `first` without them.
function emitFirstMember(
  [head = '', ...others]: readonly string[],
  next: Way,
  first: Way,
  depth: number,
  code: Code,
  use: Use,
): void {
  emitUnread(head, '{', depth, code, use, () => {
    for (const other of others) emitUnread(other, ',', depth, code, use);
    emitWay(next, code);
  });
  code.line(`else { at = ${first.sought('at')}; if (at == 0) return 0; }`);
}

/** What the code of one value takes, at most. */
const valueBytes = 250;

/** Bytes for the elements of an array that are kept as they were read. */
const keptBytes = 8192;
const keptMax = 64;
/** Elements of more columns are read again: copying them would take too much code. */
const keptColumnsMax = 40;

interface KeptElements {
  /** Columns of the element, as they lie in the frame. */
  readonly slots: readonly Slot[];
  /** Bytes of an element: values, then null bytes. */
  readonly stride: number;
  readonly count: number;
}

function keptElements({ element }: ArrayLayout, { columns }: DecoderOptions): KeptElements {
  const slots = valuesOf(element).flatMap((value) =>
    value.kind === 'leaf' && value.index !== undefined ? (columns[value.index]?.slot ?? []) : [],
  );
  const stride = Math.max(8, Math.ceil((slots.length * 9) / 8) * 8);
  if (slots.length > keptColumnsMax) return { slots: [], stride: 8, count: 0 };
  return { slots, stride, count: Math.min(keptMax, Math.floor(keptBytes / stride)) };
}

// All of the record was checked: every element makes a row, from what was kept of it or, in a long array, read again.
function leaveRows(array: ArrayLayout, options: DecoderOptions): string {
  const { name } = options;
  const { count } = keptElements(array, options);
  return `if (layoutCount_${name} <= ${count}) layoutKept_${name}(); else layoutRows_${name}(layoutArray_${name}, true);`;
}

// layoutRows_<name>(at, rows): passes over the array; with `rows` every element makes a row.
function emitRows(array: ArrayLayout, context: LayoutContext): void {
  const { options, use } = context;
  const { name, frame } = options;
  const kept = keptElements(array, options);
  const places = kept.slots.map(({ valueOffset, nullOffset }, index) => ({
    value: [valueOffset, index * 8] as const,
    isNull: [nullOffset, kept.slots.length * 8 + index] as const,
  }));
  const parts = emitParts(objectSteps(array.element, context), context);
  const code = new Code();
  code.line('if (load<u8>(at) != 0x5b) return 0;');
  code.line('let count: u32 = 0;');
  code.line(`at = ${use('formats/json', 'skipBlank')}(at + 1);`);
  code.block('for (;;)', () => {
    for (const part of parts) {
      code.line(`at = ${part}(at);`);
      code.line('if (at == 0) return 0;');
    }
    // The frame's row is in use where the program stopped.
    code.line(`if (rows) { accept_${name}(); if (${use('operators/context', 'suspended')}) return 0; }`);
    code.block(`else if (count < ${kept.count})`, () => {
      code.line(`const to = kept_${name} + <usize>count * ${kept.stride};`);
      for (const { value, isNull } of places) {
        code.line(`store<u64>(to, load<u64>(${frame}, ${value[0]}), ${value[1]});`);
        code.line(`store<u8>(to, load<u8>(${frame}, ${isNull[0]}), ${isNull[1]});`);
      }
    });
    code.line('count++;');
    code.line('if (load<u8>(at) == 0x2c && load<u8>(at, 1) == 0x7b) { at++; continue; }');
    code.line('at = skipBlank(at);');
    code.line('const c = load<u8>(at);');
    code.line(`if (c == 0x5d) { layoutCount_${name} = count; return at + 1; }`);
    code.line('if (c != 0x2c) return 0;');
    code.line('at = skipBlank(at + 1);');
  });
  code.line('return 0;');
  const leave = new Code();
  leave.block(`for (let index: u32 = 0; index < layoutCount_${name}; index++)`, () => {
    leave.line(`const from = kept_${name} + <usize>index * ${kept.stride};`);
    for (const { value, isNull } of places) {
      leave.line(`store<u64>(${frame}, load<u64>(from, ${value[1]}), ${value[0]});`);
      leave.line(`store<u8>(${frame}, load<u8>(from, ${isNull[1]}), ${isNull[0]});`);
    }
    leave.line(`accept_${name}();`);
    leave.line(`if (${use('operators/context', 'suspended')}) return;`);
  });
  context.functions.push(
    `const kept_${name}: usize = memory.data(${Math.max(kept.count, 1) * kept.stride}, 8); // elements as they were read`,
    `function layoutRows_${name}(at: usize, rows: bool): usize {\n${code}\n}`,
    `function layoutKept_${name}(): void {\n${leave}\n}`,
  );
}
