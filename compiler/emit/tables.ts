// Reference tables in the program: which columns and keys lookups use, and how a new content is loaded (SEMANTICS 22).
import { storageOf, type Column } from '../../contract/types.ts';
import type { Expression, Subquery } from '../plan/expression.ts';
import type { DerivedTable, Plan, ReferenceTable } from '../plan/plan.ts';
import { columnsOf, expressionsOf, forEachColumn, forEachExpression } from '../plan/walk.ts';
import { bitsOf } from './accumulators.ts';
import { Code, type ModuleBuilder } from './code.ts';
import type { ProgramContext } from './context.ts';
import { wasmType, type Operand } from './expressions.ts';
import { deriveFrom } from './finite.ts';
import { countRecord, emitDecoder, emitDocument } from './inputs.ts';
import { chainOf, frameOf, type Frame, type OperatorOf, type ProgramLayout } from './layout.ts';

/** Bytes of a row before its indexes (assembly/state/table). */
const rowLinkBytes = 8;

/** A table that something reads. */
export interface TableLayout {
  readonly table: Pick<ReferenceTable, 'name' | 'columns'>;
  /** Set for a reference table, with its number among those of the application. */
  readonly loaded?: { readonly index: number; readonly binding: ReferenceTable['binding'] };
  /** Set for a table that the program computes. */
  readonly derived?: DerivedTable;
  readonly id: string;
  /** Name of the constant that holds the table. */
  readonly name: string;
  /** Where a record is decoded; a row's columns have the same layout behind its head. */
  readonly frame: Frame;
  /** The columns of each index. */
  readonly indexes: readonly (readonly number[])[];
  /** Bytes of a row before its columns. */
  readonly headBytes: number;
}

/** The columns that a question to a table looks up by an index: what must be equal, and for IN also all that. */
export function questionIndexes({ form, keys, members }: Subquery): number[][] {
  const columns = keys.map(({ column }) => column);
  const all = [...columns, ...members.map(({ column }) => column)];
  return (form === 'in' ? [all, columns] : [columns]).filter((list) => list.length > 0);
}

/** Lays out the tables that are read. */
export function layOutTables(
  plan: Plan,
  program: ProgramLayout,
  identifier: (name: string) => string,
  keepAll: boolean,
): ReadonlyMap<string, TableLayout> {
  const tables = new Map<string, TableLayout>();
  const questions = subqueriesOf(program);
  for (const [index, table] of [...plan.tables, ...plan.derived].entries()) {
    const lookups = program.pumps.flatMap(({ pump, operators }) =>
      operators.flatMap(({ relation }) =>
        relation.kind === 'lookup' && relation.table === table.name ? [{ relation, top: pump.query }] : [],
      ),
    );
    const asked = questions.filter((question) => question.table === table.name);
    const rows = [...program.streams.values()].filter(({ stream }) => stream.rowsOf === table.name);
    const derived = index < plan.tables.length ? undefined : (table as DerivedTable);
    if (derived === undefined && lookups.length + rows.length === 0) continue;
    // A NOT NULL column is checked, read or not.
    const used = new Set(table.columns.flatMap(({ nullable }, column) => (nullable ? [] : [column])));
    for (const { relation, top } of lookups) addUsed(relation, top, used);
    for (const { frame } of rows)
      for (const [column, slot] of frame.slots.entries()) if (slot !== undefined) used.add(column);
    const keys = new Map(
      [...lookups.map(({ relation }) => keyColumns(relation)), ...asked.flatMap(questionIndexes)].flatMap((columns) =>
        columns.length === 0 ? [] : [[columns.join(), columns] as const],
      ),
    );
    // The stream that fills a derived table has the table's columns in its frame.
    const filler = [...program.streams.values()].find(({ stream }) => stream.fills === table.name);
    const id = identifier(table.name);
    tables.set(table.name, {
      table,
      ...('binding' in table ? { loaded: { index, binding: table.binding } } : {}),
      ...(derived === undefined ? {} : { derived }),
      id,
      name: `table_${id}`,
      frame: filler?.frame ?? frameOf(table.columns, id, keepAll ? undefined : used, false),
      indexes: [...keys.values()],
      headBytes: rowLinkBytes + 8 * keys.size,
    });
  }
  return tables;
}

/** Every question that the pumps ask tables, those in others included. */
export function subqueriesOf(program: ProgramLayout): Subquery[] {
  const found: Subquery[] = [];
  const visit = (node: Expression): void => {
    if (node.kind !== 'subquery') return;
    found.push(node);
    if (node.predicate !== undefined) forEachExpression(node.predicate, visit);
  };
  for (const { pump } of program.pumps)
    for (const relation of chainOf(pump.query))
      for (const expression of expressionsOf(relation)) forEachExpression(expression, visit);
  return found;
}

/** The columns of a lookup's key. */
export function keyColumns(relation: OperatorOf<'lookup'>['relation']): number[] {
  return relation.keys.map(({ column }) => column);
}

// Columns of the table that a lookup or something above it reads.
function addUsed(
  lookup: OperatorOf<'lookup'>['relation'],
  top: Parameters<typeof chainOf>[0],
  used: Set<number>,
): void {
  const first = lookup.input.columns.length;
  for (const column of keyColumns(lookup)) used.add(column);
  const chain = chainOf(top);
  for (const relation of chain.slice(chain.indexOf(lookup))) {
    for (const expression of expressionsOf(relation))
      forEachColumn(expression, (index) => {
        if (index >= first) used.add(index - first);
      });
    if (columnsOf(relation) === 'new') return;
  }
}

/** A column of a table's row, whose address is the variable `row`. */
export function rowColumn(layout: TableLayout, index: number, column: Column): Operand {
  const slot = layout.frame.slots[index];
  if (slot === undefined) throw new Error(`invariant: column ${index} of table ${layout.table.name} is not kept`);
  return {
    value: `load<${wasmType(storageOf(column.type))}>(row, ${layout.headBytes + slot.valueOffset})`,
    isNull: column.nullable ? `load<u8>(row, ${layout.headBytes + slot.nullOffset}) != 0` : 'false',
  };
}

/** An expression for a key's hash, of its values in order. */
export function keyHashOf(keys: readonly { column: Column; value: string }[], module: ModuleBuilder): string {
  const use = (name: string): string => module.use('state/table', name);
  let hash = '0';
  for (const { column, value } of keys) {
    if (storageOf(column.type) === 'text')
      hash = `${use(column.type.kind === 'CHAR' ? 'hashKeyPadded' : 'hashKeyText')}(${hash}, ${value})`;
    else hash = `${use('hashKeyNumber')}(${hash}, ${bitsOf(column.type, value)})`;
  }
  return `${use('keyHash')}(${hash})`;
}

/** Declares the tables. */
export function declareTables(context: ProgramContext): void {
  const { module } = context;
  for (const layout of context.tables.values()) {
    const { table, frame, name, id, indexes, derived } = layout;
    const texts = keptColumns(table, frame).map(({ type }) => Number(storageOf(type) === 'text'));
    module.declare(`// ${derived === undefined ? 'reference ' : ''}table "${table.name.replaceAll('\n', ' ')}"`);
    if (derived === undefined) module.declare(`const ${frame.name}: usize = memory.data(${frame.bytes}, 16);`);
    module.declareObject(name, 'state/table', 'Table', 'TABLE_BYTES');
    module.declare(`const texts_${id}: usize = memory.data<u8>([${[...texts, 0].join(', ')}]);`);
    module.declare(`const slots_${id}: usize = memory.data(${8 * indexes.length + 8}, 8);`);
    module.declare(
      `const none_${id}: usize = memory.data(${layout.headBytes + frame.bytes}, 16); // all NULL, for rows without a match`,
    );
    if (derived !== undefined) continue;
    for (const variable of [`rows_${id}`, `rejects_${id}`]) module.declare(`let ${variable}: u32 = 0;`);
    for (const variable of [`recordStart_${id}`, `recordEnd_${id}`]) module.declare(`let ${variable}: usize = 0;`);
  }
}

function keptColumns(table: TableLayout['table'], frame: Frame): Column[] {
  return table.columns.filter((_, index) => frame.slots[index] !== undefined);
}

/** Statements of `init` that prepare the tables. */
export function initializeTables(context: ProgramContext): string[] {
  const initialize = (): string => context.module.use('state/table', 'initializeTable');
  return [...context.tables.values()].flatMap(({ table, name, frame, id, indexes, headBytes }) => {
    const count = keptColumns(table, frame).length;
    return [
      `${initialize()}(${name}, ${frame.name}, ${count}, texts_${id}, ${indexes.length}, slots_${id});`,
      `memory.fill(none_${id} + ${headBytes + 8 * count}, 1, ${count});`,
    ];
  });
}

/** Emits how tables are loaded, and the exports for it. A table that nothing reads takes no rows. */
export function emitTables(context: ProgramContext): void {
  const { module } = context;
  const begin = new Code();
  const feed = new Code();
  const commit = new Code();
  const version = new Code();
  const use = (name: string): string => module.use('state/table', name);
  for (const layout of context.tables.values()) {
    const { id, name, loaded } = layout;
    for (const [number, columns] of layout.indexes.entries()) emitKey(layout, number, columns, module);
    if (loaded === undefined) continue;
    const { index } = loaded;
    emitLoad(layout, loaded.binding, context);
    begin.line(`if (table == ${index}) ${use('beginTable')}(${name}, silent != 0);`);
    feed.line(`if (table == ${index}) return load_${id}(pointer, length, form, clock);`);
    commit.block(`if (table == ${index})`, () => {
      for (const line of commitLines(layout, module)) commit.line(line);
      for (const line of deriveFrom(layout.table.name, context)) commit.line(line);
      commit.line(`${use('endLoading')}();`);
    });
    version.line(`if (table == ${index}) return ${use('tableVersion')}(${name});`);
  }
  feed.line(`${module.use('operators/context', 'setStatus')}(${module.use('../contract/abi', 'STATUS_DONE')});`);
  feed.line('return length;');
  version.line('return 0;');
  module.function(
    'export function reference_begin(table: i32, silent: i32): void',
    begin,
    'A new content of a reference table begins; records that can not be decoded are reported unless `silent`.',
  );
  module.function(
    'export function reference_feed(table: i32, pointer: usize, length: i32, form: i32, clock: i64): i32',
    feed,
  );
  module.function('export function reference_commit(table: i32): void', commit);
  module.function('export function reference_version(table: i32): i64', version);
}

/** Statements by which a new content takes its place. */
export function commitLines({ id, name, indexes }: TableLayout, module: ModuleBuilder): string[] {
  const use = (library: string): string => module.use('state/table', library);
  return [
    ...indexes.map((_, number) => `${use('buildTableIndex')}(${name}, ${number}, key_${id}_${number});`),
    `${use('commitTable')}(${name});`,
  ];
}

function emitLoad(layout: TableLayout, binding: ReferenceTable['binding'], context: ProgramContext): void {
  const { table, frame, id } = layout;
  emitDecoder(id, frame, { stream: table.name, format: binding.format, columns: binding.columns }, context);
  emitAccept(layout, context);
  emitReject(layout, context);
  emitFeed(layout, binding, context);
}

// key_<id>_<n>(row): the hash of a row's key, NO_KEY when a part of it is NULL.
function emitKey(layout: TableLayout, number: number, columns: readonly number[], module: ModuleBuilder): void {
  const code = new Code();
  const keys = columns.map((index) => {
    const column = layout.table.columns[index];
    if (column === undefined) throw new Error(`invariant: no column ${index} in table ${layout.table.name}`);
    return { column, ...rowColumn(layout, index, column) };
  });
  for (const { isNull } of keys)
    if (isNull !== 'false') code.line(`if (${isNull}) return ${module.use('state/table', 'NO_KEY')};`);
  code.line(`return ${keyHashOf(keys, module)};`);
  module.function(`function key_${layout.id}_${number}(row: usize): i64`, code);
}

function emitAccept({ id, name, table, frame }: TableLayout, { module, ledger }: ProgramContext): void {
  const code = new Code();
  const fault = module.use('../contract/abi', 'FAULT_NOT_NULL');
  for (const [index, { nullable }] of table.columns.entries()) {
    const slot = frame.slots[index];
    if (nullable || slot === undefined) continue;
    code.line(
      `if (load<u8>(${frame.name}, ${slot.nullOffset}) != 0) { reject_${id}(${fault}, ${index}, recordStart_${id}, recordEnd_${id}); return; }`,
    );
  }
  code.line(`rows_${id}++;`);
  code.line(ledger.increment('reference', table.name, 'rows'));
  code.line(
    `${module.use('state/table', 'appendTableRow')}(${name}, recordStart_${id}, recordEnd_${id} - recordStart_${id});`,
  );
  module.function(`function accept_${id}(): void`, code, `A row of reference table "${table.name}".`);
}

function emitReject({ id, table }: TableLayout, { module, ledger }: ProgramContext): void {
  const code = new Code();
  code.line(`rejects_${id}++;`);
  code.line(`if (${module.use('state/table', 'loadsSilently')}) return;`);
  code.line(ledger.increment('reference', table.name, 'errors'));
  code.line(`let place = ${module.text(` (reference table "${table.name}")`)};`);
  for (const [index, column] of table.columns.entries())
    code.line(
      `if (column == ${index}) place = ${module.text(` (reference table "${table.name}", column "${column.name}")`)};`,
    );
  code.line(
    `report(code, place, ${module.use('text', 'EMPTY_TEXT')}, i64.MIN_VALUE, from, <u32>(to - from), ${module.use('text', 'EMPTY_TEXT')});`,
  );
  module.function(
    `function reject_${id}(code: i32, column: i32, from: usize, to: usize): void`,
    code,
    `A record of reference table "${table.name}" that can not be decoded: the table is loaded without it.`,
  );
}

// load_<id>(…): as the feed of an input, but the rows go into the new content, and JSON documents may go over several lines.
function emitFeed(
  { id, table }: TableLayout,
  { format }: ReferenceTable['binding'],
  { module, ledger }: ProgramContext,
): void {
  const code = new Code();
  const abi = (name: string): string => module.use('../contract/abi', name);
  const status = module.use('operators/context', 'setStatus');
  const documents = format.kind === 'json';
  code.line(`${module.use('operators/context', 'setRowClock')}(clock);`);
  code.line(`const last = (form & ${abi('BATCH_LAST')}) != 0;`);
  code.line(`${module.use('formats/batch', 'setLastBatch')}(${documents ? 'true' : 'last'});`);
  code.line(`${module.use('formats/batch', 'setRecordMode')}(${documents});`);
  code.line('const end = pointer + <usize>length;');
  code.line('store<u8>(end, 0);');
  code.line('let at = pointer;');
  code.line(`${status}(${abi('STATUS_DONE')});`);
  code.block('while (at < end)', () => {
    code.line(
      `if (${module.use('operators/context', 'outputFull')}) { ${status}(${abi('STATUS_OUTPUT_FULL')}); break; }`,
    );
    if (format.kind === 'json') {
      emitDocument(id, format.rowPath === '$', code, module);
    } else {
      code.line(`const next = record_${id}(at, end);`);
      code.line('if (next == 0) break;');
    }
    code.line('at = next;');
  });
  code.line('return <i32>(at - pointer);');
  module.function(`function load_${id}(pointer: usize, length: i32, form: i32, clock: i64): i32`, code);
  const record = new Code();
  record.line(`${module.use('state/scratch', 'scratchReset')}();`);
  record.line(`rows_${id} = 0; rejects_${id} = 0; recordStart_${id} = at;`);
  record.line(`const next = decode_${id}(at, end);`);
  for (const line of countRecord('reference', table.name, id, ledger)) record.line(line);
  record.line('return next;');
  module.function(`function record_${id}(at: usize, end: usize): usize`, record);
}
