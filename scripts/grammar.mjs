// Writes compiler/parse/sqlGrammar.ts from compiler/parse/sql.ohm, the one source of the grammar: as an Ohm recipe, which loads many times
// faster than the text, and made quick for texts that the lexer has normalized (compiler/parse/lex.ts):
// keywords are matched in upper case only and blanks are spaces only, as the lexer raises letters outside quotes and blanks out comments.
// `--check` writes nothing and fails when the file is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { grammar } from 'ohm-js';

const grammarPath = fileURLToPath(new URL('../compiler/parse/sql.ohm', import.meta.url));
const generatedPath = fileURLToPath(new URL('../compiler/parse/sqlGrammar.ts', import.meta.url));

/** A recipe's expression without source intervals, its case-insensitive words as plain upper-case ones. */
function simplify(expression) {
  if (!Array.isArray(expression)) return expression;
  const [operator, , ...rest] = expression;
  if (operator === 'app' && rest[0] === 'caseInsensitive') return ['terminal', {}, rest[1][0][2].toUpperCase()];
  return [operator, {}, ...rest.map((part) => (Array.isArray(part) ? simplifyPart(part) : part))];
}

/** An argument list or a nested expression. */
function simplifyPart(part) {
  return typeof part[0] === 'string' ? simplify(part) : part.map(simplify);
}

/** The text of sqlGrammar.ts for a grammar's text. */
export function generatedText(grammarText) {
  const [kind, , name, parent, start, rules] = JSON.parse(grammar(grammarText).toRecipe());
  const lines = Object.entries(rules).map(([rule, [operator, , description, parameters, body]]) => {
    const simple = rule === 'space' ? ['terminal', {}, ' '] : simplify(body);
    const how = rule === 'space' ? 'override' : operator;
    return `${JSON.stringify(rule)}:${JSON.stringify([how, {}, description, parameters, simple])}`;
  });
  const head = JSON.stringify([kind, {}, name, parent, start]).slice(0, -1);
  return (
    '// Written by scripts/grammar.mjs from sql.ohm; do not edit.\n\n' +
    '/** The recipe from which Ohm rebuilds the grammar; for texts that lex.ts has normalized. */\n' +
    `export const sqlRecipe = ${JSON.stringify(`${head},{${lines.join(',')}}]`)};\n`
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = generatedText(readFileSync(grammarPath, 'utf8'));
  if (!process.argv.includes('--check')) writeFileSync(generatedPath, text);
  else if (readFileSync(generatedPath, 'utf8') !== text) {
    console.error('compiler/parse/sqlGrammar.ts is out of date: run node scripts/grammar.mjs');
    process.exitCode = 1;
  }
}
