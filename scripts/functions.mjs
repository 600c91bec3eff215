// Writes docs/functions.md from the declarations: the doc tags of assembly/functions and compiler/bind/syntaxFunctions.ts. Needs a
// build. `--check` writes nothing and fails when the page is out of date; so does the test.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pagePath = fileURLToPath(new URL('../docs/functions.md', import.meta.url));

/** Families in order, by the library's module; another module is a family of its own name. */
const families = {
  numeric: 'Numbers',
  string: 'Texts',
  pattern: 'Texts',
  regex: 'Patterns',
  datetime: 'Datetimes',
  conversion: 'Conversions',
};
const order = ['Conditions', 'Numbers', 'Texts', 'Patterns', 'Logs', 'Datetimes', 'Conversions'];
const last = ['Session', 'Aggregates', 'Windows'];

const nullRules = {
  'may-return': 'May give NULL for values, too.',
  accepts: 'Is called for NULL, too.',
};

function familyOf(module) {
  const name = module.replace(/^functions\//, '');
  return families[name] ?? `${name[0].toUpperCase()}${name.slice(1)}`;
}

/** A parameter on the page: a program of a pattern is what the person writes. */
function nameOf(parameter, internal, typeName) {
  if (parameter.field) return 'unit';
  return internal && parameter.kind === 'VARBINARY' ? "'pattern'" : typeName(parameter);
}

/** A heading's entries: overloads that say the same of themselves are one. */
function libraryEntries({ catalogue, writtenCall, writtenName, hasWrittenForm, typeName, internalFunctions }) {
  const entries = new Map();
  for (const [name, overloads] of catalogue.byName) {
    // What only the binder calls is on the page where a person can write it.
    const internal = internalFunctions.has(name);
    if (internal && !hasWrittenForm(name)) continue;
    for (const signature of overloads) {
      const { documentation, nulls, faults, module, implementation } = signature;
      const heading = writtenName(name);
      const key = JSON.stringify([heading, documentation, nulls, faults]);
      const entry = entries.get(key) ?? {
        heading,
        family: familyOf(module),
        documentation,
        nulls: nullRules[nulls],
        faults,
        forms: [],
        cases: [],
      };
      entries.set(key, entry);
      const given = signature.parameters.map((parameter) => nameOf(parameter, internal, typeName));
      entry.forms.push(`${writtenCall(name, signature, given)} → ${typeName(signature.result)}`);
      for (const found of catalogue.cases)
        if (found.module === module && found.implementation === implementation && !entry.cases.includes(found.text))
          entry.cases.push(found.text);
    }
  }
  return [...entries.values()];
}

function syntaxEntries(syntaxFunctions) {
  return syntaxFunctions.map(({ name, family, documentation, faults = [], forms, cases = [] }) => ({
    heading: name,
    family,
    documentation,
    nulls: undefined,
    faults,
    forms,
    cases,
  }));
}

function entryText({ forms, documentation, nulls, faults, cases }) {
  const faultText = faults.length === 0 ? undefined : `Faults: ${faults.map((fault) => `\`${fault}\``).join(', ')}.`;
  const text = [documentation, nulls, faultText].filter((part) => part !== undefined).join(' ');
  const examples = cases.length === 0 ? '' : `\n\`\`\`\n${cases.join('\n')}\n\`\`\`\n`;
  return `${forms.map((form) => `\`${form}\``).join('<br>\n')}\n\n${text}\n${examples}`;
}

/** The text of docs/functions.md. */
export function functionsPage(declarations) {
  const entries = [...syntaxEntries(declarations.syntaxFunctions), ...libraryEntries(declarations)];
  const found = [...new Set(entries.map(({ family }) => family))];
  const others = found.filter((family) => !order.includes(family) && !last.includes(family)).sort();
  const sections = [...order, ...others, ...last].map((family) => {
    const members = entries.filter((entry) => entry.family === family);
    const headings = [...new Set(members.map(({ heading }) => heading))].sort();
    const texts = headings.map(
      (heading) =>
        `### ${heading}\n\n${members
          .filter((entry) => entry.heading === heading)
          .map(entryText)
          .join('\n')}`,
    );
    return `## ${family}\n\n${texts.join('\n')}`;
  });
  return `# Functions

Written by \`scripts/functions.mjs\` from the declarations beside the functions; do not edit. A NULL argument gives NULL unless
something else is said; aggregates skip NULL and give NULL when there is nothing else, and stand over groups or OVER a window. An argument of a narrower type is widened. A
fault loses its row and writes one to \`error_stream\`. The examples are tests.

${sections.join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = (path) => import(new URL(`../dist/compiler/${path}`, import.meta.url).href);
  const { catalogueOf } = await built('compile.js');
  const { readLibrary } = await built('library.js');
  const text = functionsPage({
    catalogue: catalogueOf(readLibrary()),
    ...(await built('bind/syntaxFunctions.js')),
    ...(await built('bind/writtenForms.js')),
    ...(await built('bind/functions.js')),
    ...(await built('bind/patterns.js')),
  });
  if (!process.argv.includes('--check')) writeFileSync(pagePath, text);
  else if (readFileSync(pagePath, 'utf8') !== text) {
    console.error('docs/functions.md is out of date: run node scripts/functions.mjs');
    process.exitCode = 1;
  }
}
