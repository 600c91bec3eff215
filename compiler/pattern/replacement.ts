// Replacements in the syntax of java.util.regex.Matcher: `$n`, `${name}`, `\c`. Checked here where they are constant; named groups become
// numbers, as the library knows only these.
import { Reader } from './reader.ts';

/** A replacement without names, for a pattern with these groups; throws PatternProblem. */
export function plainReplacement(text: string, groups: number, names: ReadonlyMap<string, number>): string {
  const reader: Reader = new Reader(text);
  let output = '';
  while (!reader.done) {
    const start = reader.at;
    const character = reader.next();
    output += character;
    if (character === '\\') {
      if (reader.done) reader.invalid('it ends with a lone backslash', start, 'write \\\\ for a backslash');
      output += reader.next();
      continue;
    }
    if (character !== '$') continue;
    const name = reader.match(/\{([A-Za-z][A-Za-z0-9]*)\}/y)?.[1];
    if (name !== undefined) {
      const group = names.get(name);
      if (group === undefined)
        reader.invalid(`there is no group called ${name}`, start, 'name a group with (?<name>…)');
      // A digit behind it must not become part of the number.
      output += `${group}${/\d/.test(reader.peek()) ? '\\' : ''}`;
      continue;
    }
    const digit = reader.peek();
    if (!/\d/.test(digit))
      reader.invalid('$ is not followed by the number of a group', start, 'write \\$ for a dollar sign');
    if (Number(digit) > groups) reader.invalid(`the pattern has no group ${digit}`, start, `it has ${groups} groups`);
  }
  return output;
}
