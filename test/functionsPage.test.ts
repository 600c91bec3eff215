// docs/functions.md is what the declarations say.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { typeName } from '../compiler/bind/functions.ts';
import { syntaxFunctions } from '../compiler/bind/syntaxFunctions.ts';
import { internalFunctions } from '../compiler/bind/patterns.ts';
import { hasWrittenForm, writtenCall, writtenName } from '../compiler/bind/writtenForms.ts';
import { catalogueOf } from '../compiler/compile.ts';
import { readLibrary } from '../compiler/library.ts';

test('docs/functions.md is up to date', async () => {
  const module = (await import(new URL('../scripts/functions.mjs', import.meta.url).href)) as {
    functionsPage: (sources: object) => string;
  };
  const sources = {
    catalogue: catalogueOf(readLibrary()),
    syntaxFunctions,
    writtenCall,
    writtenName,
    hasWrittenForm,
    typeName,
    internalFunctions,
  };
  const page = readFileSync(new URL('../docs/functions.md', import.meta.url), 'utf8');
  expect(module.functionsPage(sources) === page, 'run node scripts/functions.mjs').toBe(true);
});
