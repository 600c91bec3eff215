// Values of a JSON input: their usual forms in a few steps, others by the general reader's functions.
import type { Code } from './code.ts';
import { addressesOf, type DecoderOptions, storeTimeToken, storeToken, type Use } from './decodeShared.ts';
import { emitUsualForm, type Face } from './usualForms.ts';

/** Columns for so many characters probably hold long texts. */
const longTextMin = 48;

/** Values as they stand in JSON; what is behind one, the reader of its object or array looks at. */
export function jsonFace(behind: Face['behind']): Face {
  return {
    isQuoted: true,
    textEnd: (at, use, most) =>
      `${use('formats/fast', most < longTextMin ? 'plainStringEnd' : 'longStringEnd')}(${at})`,
    ends: (end, isNumber, use) => (isNumber ? `${use('formats/fast', 'numberEndsAt')}(${end})` : undefined),
    behind,
  };
}

/** Writes that the value at `at` is read as a column (or as the time alone, without an index) and `at` moves behind it. */
export function emitLayoutValue(
  options: DecoderOptions,
  { index, isTime }: { readonly index: number | undefined; readonly isTime: boolean },
  depth: number,
  code: Code,
  use: Use,
): void {
  const face = jsonFace((end, inner) => inner.line(`at = ${end};`));
  const hasUsualForm = emitUsualForm({ options, index, isTime }, face, code, use);
  code.block(hasUsualForm ? 'else' : '', () => {
    // Any other form of the value is read by the general reader, without leaving the layout.
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
  });
}
