// How the calls of catalogue functions are written whose syntax isn't name(arguments): the name in SQL and the words between arguments.
import type { FunctionSignature } from '../plan/expression.ts';

/** Forms by the name in the catalogue; `$1` is the first argument. The one with as many arguments is taken. */
const forms: Readonly<Record<string, readonly string[]>> = {
  CONCAT_OPERATOR: ['$1 || $2'],
  LIKE: ['$1 LIKE $2', '$1 LIKE $2 ESCAPE $3'],
  SUBSTRING_FROM: ['SUBSTRING($1 FROM $2)', 'SUBSTRING($1 FROM $2 FOR $3)'],
  OVERLAY: ['OVERLAY($1 PLACING $2 FROM $3)', 'OVERLAY($1 PLACING $2 FROM $3 FOR $4)'],
  POSITION: ['POSITION($1 IN $2)'],
  TRIM_BOTH: ['TRIM([BOTH] $2 FROM $1)'],
  TRIM_LEADING: ['TRIM(LEADING $2 FROM $1)'],
  TRIM_TRAILING: ['TRIM(TRAILING $2 FROM $1)'],
  EXTRACT: ['EXTRACT($1 FROM $2)'],
  EXTRACT_SECOND: ['EXTRACT(SECOND FROM $1)'],
  STEP: ['STEP($1 BY $2)'],
  PATTERN_MATCHES: ['$1 SIMILAR TO $2'],
  PATTERN_SUBSTRING: ['SUBSTRING($1 FROM $2)'],
  PATTERN_REPLACE: ['REGEX_REPLACE($1, $2, $3, $4, $5)'],
};

/** A call of the function with these texts as arguments. */
export function writtenCall(name: string, signature: FunctionSignature, given: readonly string[]): string {
  const count = given.length;
  const form =
    forms[name]?.find((one) => one.includes(`$${count}`) && !one.includes(`$${count + 1}`)) ?? forms[name]?.at(-1);
  if (form !== undefined) return form.replaceAll(/\$(\d)/g, (_, index: string) => given[Number(index) - 1] ?? '');
  const unit = signature.parameters.findIndex((parameter) => parameter.field === true);
  if (unit > 0) return `${name}(${given.filter((_, index) => index !== unit).join(', ')} TO ${given[unit] ?? ''})`;
  return `${name}(${given.join(', ')})`;
}

/** True for a function whose syntax isn't name(arguments). */
export function hasWrittenForm(name: string): boolean {
  return forms[name] !== undefined;
}

/** The name under which a catalogue function is known in SQL: SUBSTRING, TRIM, `||`. */
export function writtenName(name: string): string {
  const form = forms[name]?.[0];
  if (form === undefined) return name;
  return /^[A-Z_]+(?=\()/.exec(form)?.[0] ?? (form.replaceAll(/\$\d/g, '').trim().split(' ')[0] || name);
}
