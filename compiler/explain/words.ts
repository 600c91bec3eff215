// The plan in the words of its user: what each pump reads, keeps, computes and holds in memory. Expressions are quoted as they are written.
import type { OutputBinding } from '../../contract/binding.ts';
import { typeText, type Column } from '../../contract/types.ts';
import type { Expression } from '../plan/expression.ts';
import type {
  AggregateCall,
  Closing,
  Frame,
  Join,
  JoinSide,
  Plan,
  Pump,
  Relation,
  Sort,
  StatefulRelation,
  WindowCall,
} from '../plan/plan.ts';
import { printExpression } from '../plan/print.ts';
import type { Span } from '../source.ts';
import { count, sayDuration } from './units.ts';
import { stateInWords } from './state.ts';

/** What an application does, and what it holds in memory. */
export function explainInWords(plan: Plan, sql: string): string {
  const lines: string[] = [];
  for (const input of plan.inputs) {
    const format = input.format.kind === 'json' ? 'JSON' : 'CSV';
    const time =
      input.time === undefined
        ? 'ROWTIME is the time of arrival'
        : `ROWTIME is the value of ${input.time.path}: a replay`;
    lines.push(`Input "${input.stream}": ${format}, ${count(input.columns.length, 'column')}; ${time}.`);
  }
  for (const table of plan.tables)
    lines.push(`Reference table "${table.name}": ${count(table.columns.length, 'column')}, held in memory as a whole.`);
  if (plan.derived.length > 0)
    lines.push(`${count(plan.derived.length, 'table')} computed from VALUES and tables, held in memory as well.`);
  const words = new Words(plan, sql);
  for (const pump of plan.pumps) if (pump.partOf === undefined) lines.push('', ...words.pump(pump));
  const outputs = plan.outputs.map(sayOutput);
  lines.push('', outputs.length === 0 ? 'Nothing is written.' : `Written out: ${outputs.join(', ')}.`);
  return `${lines.join('\n')}\n`;
}

function sayOutput(output: OutputBinding): string {
  return `"${output.stream}" as ${output.format.toUpperCase()}${output.rowtime ? ' with ROWTIME' : ''}`;
}

class Words {
  private readonly plan: Plan;
  private readonly sql: string;

  constructor(plan: Plan, sql: string) {
    this.plan = plan;
    this.sql = sql;
  }

  pump(pump: Pump): string[] {
    const lines = [`Pump "${pump.name}" writes into "${pump.target}":`];
    this.relation(pump.query, 1, lines);
    return lines;
  }

  // The user's own text for a place, on one line; undefined for `*` and for what no text stands for.
  private quote(span: Span): string | undefined {
    const text = this.sql.slice(span.start, span.end).replaceAll(/\s+/g, ' ').trim();
    return text === '' || text === '*' || text.endsWith('.*') || text.length > 160 ? undefined : text;
  }

  private say(expression: Expression): string {
    return this.quote(expression.span) ?? printExpression(expression).replaceAll(/#\d+:/g, '');
  }

  private list(expressions: readonly Expression[]): string {
    return expressions.map((expression) => this.say(expression)).join(', ');
  }

  // Inputs first: what is read stands above what is done with it.
  private relation(relation: Relation, depth: number, lines: string[]): void {
    const add = (text: string): void => {
      lines.push(`${'  '.repeat(depth)}${text}`);
    };
    if (relation.kind === 'stream-scan') {
      const { rowsOf } = this.plan.streams.find(({ name }) => name === relation.stream) ?? {};
      if (rowsOf !== undefined) return this.rows(rowsOf, depth, lines);
      const writers = this.plan.pumps.filter((pump) => pump.partOf !== undefined && pump.target === relation.stream);
      if (writers.length === 0) add(`reads "${relation.stream}"`);
      else if (writers.length === 1 && writers[0] !== undefined) this.relation(writers[0].query, depth, lines);
      else {
        add(`reads ${count(writers.length, 'source')}, in the order of ROWTIME:`);
        for (const [index, writer] of writers.entries()) {
          const part: string[] = [];
          this.relation(writer.query, depth + 2, part);
          part[0] = `${'  '.repeat(depth + 1)}${index + 1}. ${(part[0] ?? '').trim()}`;
          lines.push(...part);
        }
      }
      return;
    }
    this.relation(relation.input, depth, lines);
    if (relation.kind === 'filter') add(`keeps rows where ${this.say(relation.predicate)}`);
    else if (relation.kind === 'project') {
      if (relation.rowtime !== undefined)
        add(
          `takes ${this.say(relation.rowtime)} as ROWTIME: rows that come out of order are late, and ${this.promoted()}`,
        );
    } else {
      add(this.operator(relation));
      const state = stateInWords(relation, this.plan);
      add(`  memory: ${state}`);
    }
  }

  // Rows of tables enter once; what a computed table is made of stands below it.
  private rows(table: string, depth: number, lines: string[]): void {
    const add = (text: string): void => {
      lines.push(`${'  '.repeat(depth)}${text}`);
    };
    const derived = this.plan.derived.find(({ name }) => name === table);
    if (derived === undefined) {
      add(table === '' ? 'reads one row' : `reads the rows of table "${table}", once`);
      return;
    }
    const text = this.quote(derived.span);
    const how = [
      ...(derived.combine === undefined ? [] : [derived.combine.keep === 'common' ? 'INTERSECT' : 'EXCEPT']),
      ...(derived.distinct ? ['distinct'] : []),
      ...(derived.order.length > 0 ? ['sorted'] : []),
    ];
    add(
      `reads the rows of a computed table${how.length > 0 ? ` (${how.join(', ')})` : ''}, once${text === undefined ? '' : `: ${text}`}`,
    );
  }

  private operator(relation: StatefulRelation): string {
    switch (relation.kind) {
      case 'tumble-aggregate':
        return `groups rows ${this.keys(relation.keys, relation.closing)} and computes ${this.calls(relation.aggregates)}; ${this.closes(relation.keys, relation.closing)}`;
      case 'stagger-aggregate':
        return `groups rows by ${this.list(relation.keys) || 'nothing'}: a window of ${sayDuration(relation.rangeMs)} opens with the first row of a group; computes ${this.calls(relation.aggregates)}`;
      case 'sliding-window':
        return `computes ${this.calls(relation.calls)} for each row over ${sayFrame(relation.frame)}${relation.partition.length === 0 ? '' : ` with the same ${this.list(relation.partition)}`}`;
      case 'distinct':
        return `lets the first of equal rows pass, as long as ${this.closing(relation.keys, relation.closing)} stays`;
      case 'join':
        return this.join(relation);
      case 'lookup': {
        const keys = relation.keys.map(({ expression }) => this.say(expression));
        const how = keys.length === 0 ? 'by looking at every row of it' : `by ${keys.join(', ')}`;
        const condition = relation.predicate === undefined ? '' : `, where ${this.say(relation.predicate)}`;
        return `looks up reference table "${relation.table}" ${how}${condition}${relation.type === 'left' ? '; rows without a match go on alone' : ''}`;
      }
      case 'table-function':
        return `applies ${relation.name} to ${relation.reads.map((index) => relation.input.columns[index]?.name ?? '').join(', ') || 'the rows'}`;
      case 'sort':
        return `sorts ${this.batch(relation)} by ${relation.keys.map((key) => `${sortName(relation.input.columns[key.column])}${key.descending ? ' descending' : ''}`).join(', ')}`;
      case 'time-sort':
        return `puts rows in the order of ${sortName(relation.input.columns[relation.time])}, which becomes ROWTIME, waiting for rows up to ${sayDuration(relation.withinMs)} late; ${this.promoted()}`;
    }
  }

  // What closes windows over a promoted time (SEMANTICS 7).
  private promoted(): string {
    return this.plan.promotedIdle
      ? 'windows above close by later rows or, as --promoted-idle is set, by the clock of a silent live input; a row that comes behind that clock is late'
      : 'windows above wait for later rows, as time alone does not close them without --promoted-idle';
  }

  private keys(keys: readonly Expression[], closing: Closing): string {
    const others = keys.filter((_, index) => index !== closing.key);
    return others.length === 0 ? 'of a window together' : `by ${this.list(others)}`;
  }

  private closing(keys: readonly Expression[], closing: Closing): string {
    const key = keys[closing.key];
    return key === undefined ? '' : this.say(key);
  }

  private closes(keys: readonly Expression[], closing: Closing): string {
    const key = this.closing(keys, closing);
    return closing.kind === 'time'
      ? `a group leaves when ${key} changes, by a later row or as time passes`
      : `a group leaves when a row brings another ${key}: time alone does not end it`;
  }

  private calls(calls: readonly (AggregateCall | WindowCall)[]): string {
    return calls.map(({ span, name }) => this.quote(span) ?? name).join(', ') || 'nothing';
  }

  private batch({ closing, input }: Sort): string {
    if (closing.kind === 'emission') return 'the groups of each window';
    const what = closing.kind === 'time' ? this.say(closing.expression) : sortName(input.columns[0]);
    return `rows while ${what} stays the same`;
  }

  private join({ left, right, predicate }: Join): string {
    const kind = left.preserved ? (right.preserved ? 'full' : 'left') : right.preserved ? 'right' : 'inner';
    const equal = left.keys.map((key, index) => {
      const other = right.keys[index];
      return `${this.say(key)} = ${other === undefined ? '' : this.say(other)}`;
    });
    const all = [...equal, ...(predicate === undefined ? [] : [this.say(predicate)])];
    const condition = all.length === 0 ? 'every pair' : `where ${all.join(' and ')}`;
    return `joins 1 and 2 (${kind}), ${condition}; 1 ${sayRetention(left)}, 2 ${sayRetention(right)}`;
  }
}

function sortName(column: Column | undefined): string {
  return column === undefined
    ? ''
    : column.name.startsWith('order ')
      ? `an expression (${typeText(column.type)})`
      : column.name;
}

function sayRetention({ retention }: JoinSide): string {
  if (retention.unit === 'rows') return `keeps its last ${count(Number(retention.count), 'row')}`;
  return retention.milliseconds === 0n
    ? 'keeps the rows of its present ROWTIME'
    : `keeps the rows of ${sayDuration(retention.milliseconds)}`;
}

function sayFrame(frame: Frame): string {
  if (frame.unit === 'unbounded') return 'all rows so far';
  if (frame.unit === 'rows') return `the row and the ${count(Number(frame.preceding), 'row')} before it`;
  return frame.precedingMs === 0n
    ? 'the rows so far of its ROWTIME'
    : `the rows of the last ${sayDuration(frame.precedingMs)}`;
}
