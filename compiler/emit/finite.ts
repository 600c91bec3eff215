// Finite queries in the program: tables that are computed from others, and streams with the rows of tables.
import { storageOf, type SqlType } from '../../contract/types.ts';
import { expressionsOf, forEachExpression } from '../plan/walk.ts';
import { Code } from './code.ts';
import type { ProgramContext } from './context.ts';
import { chainOf, isForTable, type Domain, type ProgramLayout, type PumpLayout, type StreamLayout } from './layout.ts';
import { isBehind, settles } from './merges.ts';
import { emitResume, hasSuspended, streamSuspends } from './suspending.ts';
import { commitLines, type TableLayout } from './tables.ts';

/** True when a program has rows of tables. */
export function hasFinite({ domains }: ProgramLayout): boolean {
  return domains.some(({ clock }) => clock.kind === 'finite');
}

// The pumps that fill a table, those before others that write for them.
function pumpsOf(stream: string, program: ProgramLayout): PumpLayout[] {
  return program.pumps
    .filter(({ pump }) => pump.target === stream)
    .flatMap((pump) => [...pumpsOf(pump.source, program), pump]);
}

function fillersOf({ table }: TableLayout, program: ProgramLayout): PumpLayout[] {
  const filled = [...program.streams.values()].find(({ stream }) => stream.fills === table.name);
  return filled === undefined ? [] : pumpsOf(filled.stream.name, program);
}

// The streams that are gone through to fill a table.
function sourcesOf(layout: TableLayout, program: ProgramLayout): StreamLayout[] {
  const sources = fillersOf(layout, program).flatMap(({ source }) => program.streams.get(source) ?? []);
  return [...new Set(sources)].filter(({ stream }) => stream.rowsOf !== undefined);
}

// The reference tables that a derived one rests on.
function basesOf(layout: TableLayout, context: ProgramContext): Set<string> {
  const { program, tables } = context;
  const names = new Set<string>(sourcesOf(layout, program).flatMap(({ stream }) => stream.rowsOf || []));
  const { combine } = layout.derived ?? {};
  if (combine !== undefined) names.add(combine.table);
  for (const { pump } of fillersOf(layout, program))
    for (const relation of chainOf(pump.query)) {
      if (relation.kind === 'lookup') names.add(relation.table);
      for (const expression of expressionsOf(relation))
        forEachExpression(expression, (node) => {
          if (node.kind === 'subquery') names.add(node.table);
        });
    }
  return new Set(
    [...names].flatMap((name) => {
      const below = tables.get(name);
      return below?.derived === undefined ? [name] : [...basesOf(below, context)];
    }),
  );
}

function derivedTables(context: ProgramContext): TableLayout[] {
  return [...context.tables.values()].filter(({ derived }) => derived !== undefined);
}

/** Statements that compute what rests on a reference table. */
export function deriveFrom(table: string, context: ProgramContext): string[] {
  return derivedTables(context)
    .filter((layout) => basesOf(layout, context).has(table))
    .map(({ id }) => `derive_${id}();`);
}

/** Statements that compute what rests on no table; `silent`: its faults are reported another time. */
export function deriveConstants(context: ProgramContext, silent: boolean): string[] {
  const constants = derivedTables(context).filter((layout) => basesOf(layout, context).size === 0);
  if (constants.length === 0) return [];
  const use = (name: string): string => context.module.use('state/table', name);
  const calls = constants.map(({ id }) => `derive_${id}();`);
  return silent ? [`${use('loadSilently')}();`, ...calls, `${use('endLoading')}();`] : calls;
}

function kindOf(type: SqlType): string {
  if (type.kind === 'CHAR') return 'KIND_PADDED';
  return { i32: 'KIND_I32', i64: 'KIND_I64', f64: 'KIND_F64', f32: 'KIND_F32', text: 'KIND_TEXT' }[storageOf(type)];
}

/** Declares what computing the tables needs. */
export function declareFinite(context: ProgramContext): void {
  const { module, program } = context;
  if (hasFinite(program)) {
    module.declare('let begun: bool = false; // the rows of finite queries have entered their streams');
    module.declare('let beginning: i32 = 0; // number of the finite query whose rows enter');
    module.declare('let beginningRow: usize = 0; // the next row of its table');
  }
  for (const { id, table, derived } of derivedTables(context)) {
    const order = derived?.order ?? [];
    const kinds = table.columns.map(({ type }) => module.use('state/tableRows', kindOf(type)));
    module.declare(`const kinds_${id}: usize = memory.data<u8>([${[...kinds, 0].join(', ')}]);`);
    if (order.length === 0) continue;
    const entries = order.map(
      ({ column, descending, nullsFirst }) => `${column}, ${Number(descending)}, ${Number(nullsFirst)}, 0`,
    );
    module.declare(`const order_${id}: usize = memory.data<u8>([${entries.join(', ')}]);`);
  }
}

/** Emits `derive_<id>()` for every derived table, and `rows_<id>(row)` for the streams with rows of tables. */
export function emitDerived(context: ProgramContext): void {
  for (const layout of context.program.streams.values())
    if (layout.stream.rowsOf !== undefined && layout.stream.rowsOf !== '') emitRow(layout, context);
  for (const layout of derivedTables(context)) emitDerive(layout, context);
}

// rows_<id>(row): a row of the table lies in the stream's frame.
function emitRow(layout: StreamLayout, context: ProgramContext): void {
  const { module, tables } = context;
  const table = tables.get(layout.stream.rowsOf ?? '');
  const code = new Code();
  for (const [index, slot] of layout.frame.slots.entries()) {
    const from = table?.frame.slots[index];
    if (slot === undefined || from === undefined || table === undefined) continue;
    const places = [from.valueOffset + table.headBytes, from.nullOffset + table.headBytes];
    code.line(
      `${module.use('state/table', 'copyColumn')}(row, ${places.join(', ')}, ${layout.frame.name}, ${slot.valueOffset}, ${slot.nullOffset});`,
    );
  }
  module.function(`function rows_${layout.id}(row: usize): void`, code);
}

function finiteDomain(program: ProgramLayout): Domain | undefined {
  return program.domains.find(({ clock }) => clock.kind === 'finite');
}

function emitDerive(layout: TableLayout, context: ProgramContext): void {
  const { module, program, tables } = context;
  const { id, name, derived } = layout;
  const use = (library: string): string => module.use('state/table', library);
  const code = new Code();
  const bases = [...basesOf(layout, context)].flatMap((base) => tables.get(base) ?? []);
  for (const base of bases) code.line(`if (${use('tableVersion')}(${base.name}) == 0) return;`);
  code.line(`${use('beginTable')}(${name}, ${use('loadsSilently')});`);
  for (const base of bases) code.line(`${use('mixVersion')}(${name}, ${base.name});`);
  const domain = finiteDomain(program);
  for (const source of sourcesOf(layout, program)) {
    emitWalk(source, code, context);
    if (domain !== undefined && domain.timed.length > 0)
      code.line(`events_${domain.index}(i64.MAX_VALUE, true, false);`);
  }
  const rows = (library: string): string => module.use('state/tableRows', library);
  const other = derived?.combine === undefined ? undefined : tables.get(derived.combine.table);
  if (other !== undefined)
    code.line(`${rows('keepRows')}(${name}, ${other.name}, kinds_${id}, ${derived?.combine?.keep === 'common'});`);
  if (derived?.distinct === true) code.line(`${rows('keepDistinct')}(${name}, kinds_${id});`);
  if (derived !== undefined && derived.order.length > 0)
    code.line(`${rows('sortRows')}(${name}, kinds_${id}, order_${id}, ${derived.order.length});`);
  for (const line of commitLines(layout, module)) code.line(line);
  module.function(`function derive_${id}(): void`, code, `Computes table "${layout.table.name}".`);
}

// All rows of a stream enter it, with the application's start as their ROWTIME.
function emitWalk(
  source: StreamLayout,
  code: Code,
  context: ProgramContext,
  { before, after, first }: { readonly before?: () => void; readonly after?: () => void; readonly first?: string } = {},
): void {
  const { module, tables } = context;
  const use = (library: string): string => module.use('state/table', library);
  const enter = (): void => {
    before?.();
    code.line(`${module.use('state/scratch', 'scratchReset')}();`);
    if (source.stream.rowsOf !== '') code.line(`rows_${source.id}(row);`);
    code.line(`push_${source.id}(${module.use('operators/context', 'startClock')});`);
    after?.();
  };
  if (source.stream.rowsOf === '') {
    enter();
    return;
  }
  const table = tables.get(source.stream.rowsOf ?? '');
  if (table === undefined) throw new Error(`invariant: no table ${source.stream.rowsOf}`);
  const start = `${use('firstTableRow')}(${table.name})`;
  code.block(
    `for (let row = ${first === undefined ? start : `${first} != 0 ? ${first} : ${start}`}; row != 0; row = ${use('nextTableRow')}(row))`,
    enter,
  );
}

// Streams whose rows enter once, in the order of the pumps that read them.
function beginningStreams(program: ProgramLayout): StreamLayout[] {
  return program.pumps.flatMap((pump) => {
    const source = program.streams.get(pump.source);
    return source?.stream.rowsOf === undefined || isForTable(pump, program) ? [] : [source];
  });
}

/** Emits the export `begin`. */
export function emitBegin(context: ProgramContext): void {
  const { module, program } = context;
  const status = (name: string): string =>
    `${module.use('operators/context', 'setStatus')}(${module.use('../contract/abi', name)});`;
  const code = new Code();
  if (hasFinite(program)) {
    emitResume(code, `{ ${status('STATUS_OUTPUT_FULL')} return; }`, context);
    code.line(`${module.use('operators/context', 'setRowClock')}(clock);`);
    code.block('if (!begun)', () => emitBeginning(code, status('STATUS_OUTPUT_FULL'), context));
    code.line(status('STATUS_OUTPUT_FULL'));
    for (const line of endings(program)) code.line(line);
    if (settles(program)) code.line('if (!settle(true)) return;');
  }
  code.line(status('STATUS_DONE'));
  module.function(
    'export function begin(clock: i64): void',
    code,
    'The tables are loaded: rows of finite queries enter their streams, once.',
  );
}

function emitBeginning(code: Code, full: string, context: ProgramContext): void {
  const { module, program } = context;
  code.block('if (beginning == 0 && beginningRow == 0)', () => {
    for (const line of deriveConstants(context, false)) code.line(line);
  });
  for (const [number, source] of beginningStreams(program).entries())
    code.block(`if (beginning == ${number})`, () => {
      const pause = (): void => {
        const keep = source.stream.rowsOf === '' ? '' : 'beginningRow = row; ';
        code.line(`if (${module.use('operators/context', 'outputFull')}) { ${keep}${full} return; }`);
      };
      const suspends = streamSuspends(source.stream.name, program);
      const after = (): void => {
        // What is left of the row comes first when the host calls again: the next one follows.
        const row = source.stream.rowsOf === '' ? '0' : `${module.use('state/table', 'nextTableRow')}(row)`;
        code.block(`if (${hasSuspended(module)})`, () => {
          code.line(`beginningRow = ${row};`);
          code.line('if (beginningRow == 0) beginning++;');
          code.line(`${full} return;`);
        });
      };
      emitWalk(source, code, context, { before: pause, first: 'beginningRow', ...(suspends ? { after } : {}) });
      code.line('beginning++;');
      code.line('beginningRow = 0;');
    });
  code.line('begun = true;');
}

// Windows over rows of tables only close when all are there.
function endings(program: ProgramLayout): string[] {
  return program.domains.flatMap((domain) => {
    if (domain.inputs.length > 0) return [];
    return [
      ...(isBehind(domain) ? [`if (!merge_${domain.index}(true)) return;`] : []),
      ...(domain.timed.length === 0 ? [] : [`if (!events_${domain.index}(i64.MAX_VALUE, true, true)) return;`]),
    ];
  });
}
