// Values of a JSON input: their usual forms in a few steps, others by the general reader's functions.
import { type Code, differences } from './code.ts';
import { addressesOf, type DecoderOptions, storeTimeToken, storeToken, type Use } from './decodeShared.ts';
import { conditionsOf, type Face, type UsualForm, usualFormOf } from './usualForms.ts';

/** Columns for so many characters probably hold long texts. */
const longTextMin = 48;

/** Values as they stand in JSON. */
export const jsonFace: Face = {
  isQuoted: true,
  inlines: false,
  textEnd: (at, use, most) => `${use('formats/json', most < longTextMin ? 'scanPlain' : 'scanLongPlain')}(${at})`,
};

/** Up to so many columns readers of values become part of the layout. */
const inlinedColumnsMax = 12;

/** The usual form of a value that something follows. */
function followedForm(options: DecoderOptions, value: LayoutValue, use: Use): UsualForm | undefined {
  return usualFormOf({ options, ...value }, { ...jsonFace, inlines: options.columns.length <= inlinedColumnsMax }, use);
}

/** What `emitFollowedValue` writes, in bytes of Wasm, at most. */
export function followedBytes(options: DecoderOptions, value: LayoutValue, following: Way, use: Use): number {
  const form = followedForm(options, value, use);
  return (form === undefined ? 250 : 130 + form.codeBytes) + wayBytes(following);
}

/** What looking for the forms of a way takes, in bytes of Wasm, at most. */
export function wayBytes({ forms }: Way): number {
  return forms.reduce((sum, bytes) => sum + 20 + 18 * Math.ceil((bytes.length + 1) / 8), 0);
}

/** Writes that `at` moves along a way. */
export function emitWay({ forms, sought }: Way, code: Code): void {
  for (const [index, bytes] of forms.entries()) {
    const differing = differences(bytes, 'at').join(' | ');
    code.line(`${index === 0 ? '' : 'else '}if ((${differing}) == 0) at += ${bytes.length};`);
  }
  code.line(`else { at = ${sought('at')}; if (at == 0) return 0; }`);
}

/** A column, or (no index) the time alone. */
export interface LayoutValue {
  readonly index: number | undefined;
  readonly isTime: boolean;
}

/** An expression for a place that is sought from `at` on; 0 where it is not found, as from 0 on. */
export type Sought = (at: string) => string;

/** From one place of a record to another. */
export interface Way {
  /** The bytes that usually lie between: without blanks, and as writers put them that have a blank behind each comma and colon. */
  readonly forms: readonly Uint8Array[];
  /** Where other bytes do. */
  readonly sought: Sought;
}

/** The address behind a value, an expression. */
export function behind({ isQuoted }: UsualForm): string {
  return isQuoted ? 'next + 1' : 'next';
}

/** Writes `if (…) { … }` for the usual form of the value at `at`, looked at alone; `then` adds what is to be done. */
export function emitUsualForm(form: UsualForm, then: (code: Code) => void, code: Code, use: Use): void {
  code.line(`next = ${form.end};`);
  emitIfUsual(form, then, code, use);
}

function emitIfUsual(form: UsualForm, then: (code: Code) => void, code: Code, use: Use): void {
  const ends = form.isNumber ? ` && ${use('formats/fast', 'numberEndsAt')}(next)` : '';
  code.block(`if (${conditionsOf(form)}${ends})`, () => {
    form.store(code);
    then(code);
  });
}

/** Writes that the value at `at` is read and `at` moves behind it. */
export function emitLayoutValue(
  options: DecoderOptions,
  value: LayoutValue,
  depth: number,
  code: Code,
  use: Use,
): void {
  const form = usualFormOf({ options, ...value }, jsonFace, use);
  if (form !== undefined) emitUsualForm(form, (inner) => inner.line(`at = ${behind(form)};`), code, use);
  code.block(form === undefined ? '' : 'else', () => emitOtherForm(options, value, depth, code, use));
}

/**
 * Writes that the value at `at` is read and `at` moves behind what follows it. The usual form and what follows it are looked at together;
 * anything else is done where `elsewhere` calls, an expression of `at` and `next`, by `other`.
 */
export function emitFollowedValue(
  elsewhere: string,
  {
    options,
    value,
    depth,
    following,
    use,
  }: {
    readonly options: DecoderOptions;
    readonly value: LayoutValue;
    readonly depth: number;
    readonly following: Way;
    readonly use: Use;
  },
  code: Code,
  other: Code,
): void {
  const form = followedForm(options, value, use);
  if (form === undefined) {
    emitOtherForm(options, value, depth, code, use);
    emitWay(following, code);
    return;
  }
  const { bytesMax } = form;
  code.line(`next = ${form.end};`);
  // Where there is none of the form, `next` is 0, and at address 0 lie zeros, which nothing follows.
  for (const [index, way] of following.forms.entries()) {
    const bytes = form.isQuoted ? Uint8Array.of(0x22, ...way) : way;
    const wrong = differences(bytes, 'next');
    if (bytesMax !== undefined) wrong.push(`<u64>(next - at > ${form.isQuoted ? bytesMax + 1 : bytesMax})`);
    code.block(`${index === 0 ? '' : 'else '}if ((${wrong.join(' | ')}) == 0)`, () => {
      form.store(code);
      code.line(`at = next + ${bytes.length};`);
    });
  }
  code.line(`else { at = ${elsewhere}; if (at == 0) return 0; }`);
  emitIfUsual(form, (inner) => inner.line(`at = ${behind(form)};`), other, use);
  other.block('else', () => emitOtherForm(options, value, depth, other, use));
  other.line(`return ${following.sought('at')};`);
}

// Any other form of the value is read by the general reader, without leaving the layout.
function emitOtherForm(
  options: DecoderOptions,
  { index, isTime }: LayoutValue,
  depth: number,
  code: Code,
  use: Use,
): void {
  code.line(`next = ${use('formats/json', 'readToken')}(${use('formats/json', 'skipBlank')}(at), ${depth});`);
  code.line('if (next == 0) return 0;');
  const type = index === undefined ? undefined : options.columns[index]?.column.type;
  if (index !== undefined && type !== undefined) {
    const { value, isNull } = addressesOf(options, index);
    code.line(`${use('formats/coerce', 'clearCoerce')}(); ${storeToken(type, value, isNull, use)}`);
    code.line(`if (${use('formats/coerce', 'coerceFault')} != 0) return 0;`);
  }
  if (isTime) storeTimeToken(options, code, use);
  code.line('at = next;');
}
