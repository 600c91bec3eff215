// Writes compiler/parse/sqlGrammar.ts from compiler/parse/sql.ohm: the grammar as an Ohm recipe, which loads many times faster than
// the text. `--check` writes nothing and fails when the file is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { grammar } from 'ohm-js';

const grammarPath = fileURLToPath(new URL('../compiler/parse/sql.ohm', import.meta.url));
const generatedPath = fileURLToPath(new URL('../compiler/parse/sqlGrammar.ts', import.meta.url));

/** The text of sqlGrammar.ts for a grammar's text. */
export function generatedText(grammarText) {
  const recipe = JSON.parse(grammar(grammarText).toRecipe());
  // The recipe repeats the whole grammar for error messages about grammars; nobody asks for those here.
  recipe[1] = {};
  const withoutIntervals = JSON.stringify(recipe, (key, value) => value);
  const lines = withoutIntervals.replace(/\],"(\w+)":\[/g, '],\n"$1":[');
  return `// Written by scripts/grammar.mjs from sql.ohm; do not edit.\n\n/** The recipe from which Ohm rebuilds the grammar. */\nexport const sqlRecipe: readonly unknown[] = ${lines};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = generatedText(readFileSync(grammarPath, 'utf8'));
  if (!process.argv.includes('--check')) writeFileSync(generatedPath, text);
  else if (readFileSync(generatedPath, 'utf8') !== text) {
    console.error('compiler/parse/sqlGrammar.ts is out of date: run node scripts/grammar.mjs');
    process.exitCode = 1;
  }
}
