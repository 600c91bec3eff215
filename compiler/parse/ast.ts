// The syntax tree: what the user wrote, with spans. Words are SQL's. Nothing here is resolved or typed.
import type { DatetimeField } from '../../contract/types.ts';
import type { Span } from '../source.ts';

/** A name as stored (folded to upper case unless quoted). `quoted` keeps how it was written. */
export interface Identifier {
  readonly kind: 'identifier';
  readonly name: string;
  readonly quoted: boolean;
  readonly span: Span;
}

/** A script: statements in order. A statement that does not parse is left out here and is a diagnostic. */
export interface Script {
  readonly statements: readonly Statement[];
  /** Streams and views that statements which do not parse would create: their columns are not known. */
  readonly unreadable: readonly string[];
  /** All of the text could be read: what seems to be missing stands nowhere. */
  readonly isWhole: boolean;
}

/** One statement of a script. */
export type Statement =
  | CreateStream
  | CreatePump
  | CreateFunction
  | CreateView
  | AlterPump
  | DropStatement
  | OtherStatement;

/** CREATE [OR REPLACE] STREAM. */
export interface CreateStream {
  readonly kind: 'create-stream';
  readonly orReplace: boolean;
  readonly name: Identifier;
  readonly columns: readonly ColumnDefinition[];
  readonly description?: string;
  readonly options: readonly { readonly name: Identifier; readonly value: string }[];
  readonly span: Span;
}

/** A column of CREATE STREAM. */
export interface ColumnDefinition {
  readonly name: Identifier;
  readonly type: TypeName;
  readonly notNull: boolean;
  readonly span: Span;
}

/** A type as written: upper-case words (`DOUBLE PRECISION`, `CHARACTER VARYING`, `INT`) and numbers; an interval by its qualifier. */
export interface TypeName {
  readonly kind: 'type-name';
  readonly name: string;
  readonly parameters: readonly number[];
  readonly interval?: IntervalQualifier;
  readonly span: Span;
}

/** `SECOND(2,3)`, `DAY TO MINUTE`: the fields of an interval. */
export interface IntervalQualifier {
  readonly start: DatetimeField;
  readonly end: DatetimeField;
  readonly precision?: number;
  readonly fraction?: number;
  readonly span: Span;
}

/** CREATE [OR REPLACE] PUMP … AS INSERT INTO …. */
export interface CreatePump {
  readonly kind: 'create-pump';
  readonly orReplace: boolean;
  readonly name: Identifier;
  readonly description?: string;
  /** undefined when neither STARTED nor STOPPED was written. */
  readonly state?: 'started' | 'stopped';
  readonly insert: Insert;
  readonly span: Span;
}

/** INSERT INTO target [(columns)] query. */
export interface Insert {
  readonly kind: 'insert';
  readonly expedited: boolean;
  readonly target: Identifier;
  readonly columns?: readonly Identifier[];
  readonly query: Query;
  readonly span: Span;
}

/** CREATE [OR REPLACE] FUNCTION … RETURN expression. */
export interface CreateFunction {
  readonly kind: 'create-function';
  readonly orReplace: boolean;
  readonly name: Identifier;
  readonly specificName?: Identifier;
  readonly parameters: readonly { readonly name: Identifier; readonly type: TypeName; readonly span: Span }[];
  readonly returns: TypeName;
  readonly deterministic?: boolean;
  readonly nullOnNullInput: boolean;
  readonly body: Expression;
  readonly span: Span;
}

/** CREATE [OR REPLACE] VIEW. */
export interface CreateView {
  readonly kind: 'create-view';
  readonly orReplace: boolean;
  readonly name: Identifier;
  readonly columns?: readonly Identifier[];
  readonly query: Query;
  readonly span: Span;
}

/** ALTER PUMP … START or STOP. */
export interface AlterPump {
  readonly kind: 'alter-pump';
  /** undefined for `*`. */
  readonly name?: Identifier;
  readonly action: 'start' | 'stop';
  readonly span: Span;
}

/** DROP STREAM, PUMP, FUNCTION or VIEW. */
export interface DropStatement {
  readonly kind: 'drop';
  readonly what: 'stream' | 'pump' | 'function' | 'view';
  readonly name: Identifier;
  readonly span: Span;
}

/** A statement that is recognised but means nothing here: SET SCHEMA, a bare SELECT or INSERT, CREATE SCHEMA … */
export interface OtherStatement {
  readonly kind: 'other-statement';
  readonly words: string;
  readonly query?: Query;
  readonly insert?: Insert;
  readonly span: Span;
}

// ---- Queries ----------------------------------------------------------------------------------------------

/** What gives rows. */
export type Query = SelectQuery | SetQuery | ValuesQuery;

/** SELECT with its clauses. */
export interface SelectQuery {
  readonly kind: 'select';
  readonly stream: boolean;
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from: readonly FromItem[];
  readonly where?: Expression;
  readonly groupBy?: readonly Expression[];
  readonly stagger?: Stagger;
  readonly having?: Expression;
  readonly windows: readonly NamedWindow[];
  readonly orderBy: readonly OrderItem[];
  readonly span: Span;
}

/** WINDOWED BY STAGGER ( … ). */
export interface Stagger {
  readonly partitionBy: readonly Expression[];
  readonly range: IntervalLiteral;
  readonly span: Span;
}

/** UNION, EXCEPT or INTERSECT of two queries. */
export interface SetQuery {
  readonly kind: 'set-query';
  readonly operator: 'union' | 'except' | 'intersect';
  readonly all: boolean;
  readonly left: Query;
  readonly right: Query;
  readonly orderBy: readonly OrderItem[];
  readonly span: Span;
}

/** VALUES rows. */
export interface ValuesQuery {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
  readonly orderBy: readonly OrderItem[];
  readonly span: Span;
}

/** One entry of a select list. */
export type SelectItem =
  | { readonly kind: 'all' /** `alias.*` */; readonly qualifier?: Identifier; readonly span: Span }
  | { readonly kind: 'item'; readonly expression: Expression; readonly alias?: Identifier; readonly span: Span };

/** One entry of FROM. */
export type FromItem = NamedRelation | DerivedTable | TableFunctionCall | Join;

/** A stream or table by name. */
export interface NamedRelation {
  readonly kind: 'named-relation';
  readonly name: Identifier;
  readonly window?: WindowReference;
  readonly alias?: Identifier;
  readonly columnAliases?: readonly Identifier[];
  readonly span: Span;
}

/** A query in FROM. */
export interface DerivedTable {
  readonly kind: 'derived-table';
  readonly query: Query;
  readonly window?: WindowReference;
  readonly alias?: Identifier;
  readonly columnAliases?: readonly Identifier[];
  readonly span: Span;
}

/** `TABLE(fn(CURSOR(query), …))` or `STREAM(fn(…))`. */
export interface TableFunctionCall {
  readonly kind: 'table-function';
  readonly name: Identifier;
  readonly arguments: readonly (Expression | CursorArgument)[];
  readonly alias?: Identifier;
  readonly columnAliases?: readonly Identifier[];
  readonly span: Span;
}

/** CURSOR(query), an argument of a table function. */
export interface CursorArgument {
  readonly kind: 'cursor';
  readonly query: Query;
  readonly span: Span;
}

/** Two relations with a condition. */
export interface Join {
  readonly kind: 'join';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross' | 'comma';
  readonly natural: boolean;
  readonly left: FromItem;
  readonly right: FromItem;
  readonly on?: Expression;
  readonly using?: readonly Identifier[];
  readonly span: Span;
}

/** WINDOW name AS ( … ). */
export interface NamedWindow {
  readonly name: Identifier;
  readonly specification: WindowSpecification;
  readonly span: Span;
}

/** `OVER name` or `OVER ( … )`. */
export type WindowReference =
  | { readonly kind: 'window-name'; readonly name: Identifier; readonly span: Span }
  | WindowSpecification;

/** ( [PARTITION BY] [ORDER BY] [frame] ). */
export interface WindowSpecification {
  readonly kind: 'window';
  /** A named window that this one refines: `( w RANGE … )`. */
  readonly base?: Identifier;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame?: WindowFrame;
  readonly span: Span;
}

/** ROWS or RANGE with its bounds. */
export interface WindowFrame {
  readonly unit: 'rows' | 'range';
  readonly start: WindowBound;
  readonly end?: WindowBound;
  readonly span: Span;
}

/** One end of a frame. */
export type WindowBound =
  | { readonly kind: 'unbounded-preceding' | 'unbounded-following' | 'current-row'; readonly span: Span }
  | { readonly kind: 'preceding' | 'following'; readonly value: Expression; readonly span: Span };

/** One entry of ORDER BY. */
export interface OrderItem {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nulls?: 'first' | 'last';
  /** T-sort: `WITHIN INTERVAL …`. */
  readonly within?: IntervalLiteral;
  readonly span: Span;
}

// ---- Expressions ------------------------------------------------------------------------------------------

/** What gives a value. */
export type Expression =
  | NumberLiteral
  | StringLiteral
  | BinaryLiteral
  | BooleanLiteral
  | NullLiteral
  | DatetimeLiteral
  | IntervalLiteral
  | ColumnName
  | UnaryExpression
  | BinaryExpression
  | LogicalExpression
  | IsExpression
  | BetweenExpression
  | InExpression
  | ExistsExpression
  | ScalarSubquery
  | LikeExpression
  | CaseExpression
  | CastExpression
  | FunctionCall
  | DatetimeDifference
  | RowExpression
  | PeriodPredicate;

/** `text` is as written: `12`, `.9`, `1e3`. */
export interface NumberLiteral {
  readonly kind: 'number';
  readonly form: 'integer' | 'decimal' | 'approximate';
  readonly text: string;
  readonly span: Span;
}
/** Value with quotes undone and U& escapes applied. */
export interface StringLiteral {
  readonly kind: 'string';
  readonly value: string;
  readonly span: Span;
}
/** Hex digits without X and quotes. */
export interface BinaryLiteral {
  readonly kind: 'binary-literal';
  readonly hex: string;
  readonly span: Span;
}
/** `null` value is UNKNOWN. */
export interface BooleanLiteral {
  readonly kind: 'boolean';
  readonly value: boolean | null;
  readonly span: Span;
}
/** NULL. */
export interface NullLiteral {
  readonly kind: 'null';
  readonly span: Span;
}
/** DATE, TIME or TIMESTAMP with the text between the quotes, unchecked. */
export interface DatetimeLiteral {
  readonly kind: 'datetime';
  readonly type: 'DATE' | 'TIME' | 'TIMESTAMP';
  readonly text: string;
  readonly span: Span;
}
/** INTERVAL [sign] 'text' qualifier. */
export interface IntervalLiteral {
  readonly kind: 'interval';
  /** A sign before the quotes. */
  readonly negative: boolean;
  readonly text: string;
  readonly qualifier: IntervalQualifier;
  readonly span: Span;
}
/**
 * `a`, `s.a`, `t.r.a`. ROWTIME, metadata words and niladic functions (CURRENT_TIMESTAMP …) arrive as unquoted names too:
 * the binder knows them.
 */
export interface ColumnName {
  readonly kind: 'name';
  readonly parts: readonly Identifier[];
  readonly span: Span;
}
/** A sign before an operand. */
export interface UnaryExpression {
  readonly kind: 'unary';
  readonly operator: '+' | '-';
  readonly operand: Expression;
  readonly span: Span;
}
/** Two operands with an operator between them. */
export interface BinaryExpression {
  readonly kind: 'binary';
  readonly operator: '+' | '-' | '*' | '/' | '||' | '=' | '<>' | '<' | '>' | '<=' | '>=';
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}
/** AND and OR take two operands, NOT one. */
export interface LogicalExpression {
  readonly kind: 'logical';
  readonly operator: 'and' | 'or' | 'not';
  readonly operands: readonly Expression[];
  readonly span: Span;
}
/** IS [NOT] NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM. */
export interface IsExpression {
  readonly kind: 'is';
  readonly operand: Expression;
  readonly test: 'null' | 'true' | 'false' | 'unknown' | 'distinct-from';
  readonly negated: boolean;
  /** For IS [NOT] DISTINCT FROM. */
  readonly other?: Expression;
  readonly span: Span;
}
/** BETWEEN. */
export interface BetweenExpression {
  readonly kind: 'between';
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly symmetric: boolean;
  readonly negated: boolean;
  readonly span: Span;
}
/** IN (list) or IN (query). */
export interface InExpression {
  readonly kind: 'in';
  readonly operand: Expression;
  readonly list?: readonly Expression[];
  readonly query?: Query;
  readonly negated: boolean;
  readonly span: Span;
}
/** EXISTS (query). */
export interface ExistsExpression {
  readonly kind: 'exists';
  readonly query: Query;
  readonly span: Span;
}
/** A query in the place of a value. */
export interface ScalarSubquery {
  readonly kind: 'subquery';
  readonly query: Query;
  readonly span: Span;
}
/** LIKE or SIMILAR TO. */
export interface LikeExpression {
  readonly kind: 'like';
  readonly form: 'like' | 'similar';
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape?: Expression;
  readonly negated: boolean;
  readonly span: Span;
}
/** CASE, simple or searched. */
export interface CaseExpression {
  readonly kind: 'case';
  /** Simple CASE. */
  readonly operand?: Expression;
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise?: Expression;
  readonly span: Span;
}
/** CAST(x AS type). */
export interface CastExpression {
  readonly kind: 'cast';
  readonly operand: Expression;
  readonly type: TypeName;
  readonly span: Span;
}
/**
 * Every call, those with their own syntax included, in one shape:
 * name is upper case; `arguments` in the order of the standard's syntax and `form` tells which syntax it was.
 *   FLOOR(x TO u), CEIL(x TO u): form 'to', unit in `field` ·  STEP(x BY e): form 'by' ·  EXTRACT(f FROM x): form 'extract', `field` ·
 *   SUBSTRING(s FROM p [FOR n]): form 'from' ·  SUBSTRING(s SIMILAR p ESCAPE e): form 'similar' ·
 *   OVERLAY(s PLACING r FROM p [FOR n]): form 'placing', arguments s r p n · POSITION(a IN b): form 'in' ·
 *   TRIM([spec] [c] FROM s): form 'trim', `trim` spec, arguments [s] or [s, c] ·  COUNT(*): form 'star' ·  else 'plain'.
 */
export interface FunctionCall {
  readonly kind: 'call';
  readonly name: Identifier;
  readonly form: 'plain' | 'star' | 'to' | 'by' | 'extract' | 'from' | 'similar' | 'placing' | 'in' | 'trim';
  readonly arguments: readonly Expression[];
  readonly field?: DatetimeField;
  readonly trim?: 'leading' | 'trailing' | 'both';
  readonly distinct: boolean;
  readonly nulls?: 'ignore' | 'respect';
  readonly fromEnd?: 'first' | 'last';
  readonly over?: WindowReference;
  readonly span: Span;
}
/** `(a - b) SECOND`, `(a - b) DAY TO SECOND`: a difference of datetimes, or an interval re-qualified. */
export interface DatetimeDifference {
  readonly kind: 'datetime-difference';
  readonly operand: Expression;
  readonly qualifier: IntervalQualifier;
  readonly span: Span;
}
/** `(a, b)` or `ROW(a, b)` in comparisons and IN. */
export interface RowExpression {
  readonly kind: 'row';
  readonly values: readonly Expression[];
  readonly span: Span;
}
/** Temporal predicates; the predicate in lower case with hyphens: `immediately-precedes`. Chained ones nest by AND. */
export interface PeriodPredicate {
  readonly kind: 'period';
  readonly predicate: string;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}
