// Writes docs/errors.md: the codes of diagnostics from the functions of compiler/diagnose, each with what its comments say and the first
// message that a case of test/cases gives; the faults from contract/faults.ts with the first place where a case expects one. Needs a build.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = new URL('..', import.meta.url);
const pagePath = fileURLToPath(new URL('docs/errors.md', root));

/** Every code that a function of compiler/diagnose can give: severities and what the comments of its functions say. */
export function diagnosticCodes() {
  const folder = new URL('compiler/diagnose/', root);
  const codes = new Map();
  const functionsOf = (file) =>
    ts
      .createSourceFile(
        file,
        readFileSync(new URL(file, folder), 'utf8'),
        ts.ScriptTarget.Latest,
        true,
        ts.ScriptKind.TS,
      )
      .statements.filter(ts.isFunctionDeclaration);
  // What all messages are made with.
  const shared = functionsOf('diagnostic.ts');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('essages.ts'))) {
    const functions = functionsOf(file);
    const makers = new Map([...shared, ...functions].map((found) => [found.name?.text, found]));
    for (const found of functions) {
      if (!found.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue;
      const given = codesIn(found, makers);
      if (given.length === 0) throw new Error(`${file}: no code was found in ${found.name?.text}`);
      const meaning = meaningOf(found);
      for (const { code, severity } of given) {
        const entry = codes.get(code) ?? { code, severities: new Set(), meanings: new Set() };
        codes.set(code, entry);
        entry.severities.add(severity);
        entry.meanings.add(meaning);
      }
    }
  }
  return [...codes.values()].sort((left, right) => (left.code < right.code ? -1 : 1));
}

function meaningOf(found) {
  const comment = ts.getJSDocCommentsAndTags(found)[0]?.comment;
  return (ts.getTextOfJSDocComment(comment) ?? '').replace(/\s+/g, ' ').trim();
}

// A code is the property `code` of an object, or what is given for the parameter `code` of a function of the same file or of diagnostic.ts; a function without
// one has those of the messages that it calls. The severity stands beside the code, in that function, or is what a later property overrides.
function codesIn(found, makers) {
  const given = [];
  const called = [];
  let overriding;
  const visit = (node) => {
    if (ts.isPropertyAssignment(node) && ts.isStringLiteral(node.initializer)) {
      const name = node.name.getText();
      if (name === 'code') given.push({ code: node.initializer.text });
      if (name === 'severity') overriding = node.initializer.text;
    }
    if (ts.isCallExpression(node)) {
      const maker = makers.get(node.expression.getText());
      const argument = (name) => {
        const index = maker?.parameters.findIndex((parameter) => parameter.name.getText() === name) ?? -1;
        const value = node.arguments[index];
        return value !== undefined && ts.isStringLiteral(value) ? value.text : undefined;
      };
      const code = argument('code');
      if (maker !== undefined && maker !== found) called.push(maker);
      if (code !== undefined)
        given.push({ code, severity: argument('severity') ?? /severity: '(\w+)'/.exec(maker.getText())?.[1] });
    }
    ts.forEachChild(node, visit);
  };
  visit(found);
  if (given.length === 0) return called.flatMap((maker) => codesIn(maker, makers));
  return given.map(({ code, severity }) => ({ code, severity: overriding ?? severity ?? 'error' }));
}

/** The cases of the project in the order in which examples are looked for: those about messages read best. */
function caseFiles(testFilesAt) {
  const folders = ['test/cases/diagnostics', 'test/cases'];
  return [...new Set(folders.flatMap((path) => testFilesAt(fileURLToPath(new URL(path, root)))))];
}

/** The first diagnostic of each code among the cases, as a person sees it. */
export async function diagnosticExamples({ testFilesAt, loadTestFile, prepareCase, renderDiagnostic }) {
  const examples = new Map();
  for (const file of caseFiles(testFilesAt)) {
    for (const found of loadTestFile(file).cases) {
      const wanted = (found.diagnostics ?? []).some(({ code }) => code === '*' || !examples.has(code));
      if (!wanted) continue;
      const { diagnostics } = await prepareCase(found);
      const source = { name: 'app.sql', text: found.sql };
      for (const diagnostic of diagnostics)
        if (!examples.has(diagnostic.code)) examples.set(diagnostic.code, renderDiagnostic(diagnostic, source));
    }
  }
  return examples;
}

/** For each fault an expression or a JSON record of a case that has it; the others need more than a line. */
export function faultExamples({ testFilesAt }) {
  const examples = new Map();
  const add = (code, text) => {
    if (!examples.has(code) && text !== '' && text.length < 100) examples.set(code, text.trim().replace(/\s+/g, ' '));
  };
  for (const file of caseFiles(testFilesAt)) {
    const lines = readFileSync(file, 'utf8').split('\n');
    let entered = '';
    for (const line of lines) {
      const expression = /^(.*\S)\s+faults ([a-z-]+)\s*(?:--.*)?$/.exec(line);
      if (expression !== null) add(expression[2], expression[1]);
      const input = /^(?:\s*[\d:. -]+\s)?\s*(\w+)(?: \[[^\]]*\])? <-(?:raw)? (.*)$/.exec(line);
      if (input !== null) entered = input[2].startsWith('{') ? input[2] : '';
      const error = /error_stream [-~]> ([a-z-]+)/.exec(line);
      if (error !== null) add(error[1], entered);
    }
  }
  return examples;
}

/** The text of docs/errors.md. */
export function errorsPage({ codes, diagnostics, faultTexts, faults }) {
  const entries = codes.map(({ code, severities, meanings }) => {
    const severity = [...severities].sort().join(' or ');
    const said = [...meanings].map((meaning) => `- ${meaning}`).join('\n');
    return (
      `### ${code}\n\nAn ${severity}`.replace('An w', 'A w') +
      `:\n\n${said}\n${diagnostics.has(code) ? `\n\`\`\`\n${diagnostics.get(code)}\n\`\`\`\n` : ''}`
    );
  });
  const rows = faultTexts.map(({ code, name, message }) => {
    const example = faults.get(name);
    return `| \`${name}\` | ${code} | ${message} | ${example === undefined ? '' : `\`${example.replaceAll('|', '\\|')}\``} |`;
  });
  return `# Errors

Written by \`scripts/errors.mjs\` from the declarations; do not edit. Examples are what the project's own tests give.

There are four kinds of trouble, and they are never mixed: what is wrong with the text of an application is a [diagnostic](#diagnostics); what
is wrong with a row is a [fault](#faults), a row of \`error_stream\`; wrong usage of the command ends it with status 2; and a bug of Rowtime
ends it with status 70 and says what to report.

## Faults

A fault loses one row, never the application. The row goes to \`error_stream\` with the fault's name in \`ERROR_NAME\`; \`MESSAGE\` says what,
the pump and the place in the SQL; \`DATA_ROW\` holds the record or the row in hexadecimal, \`PUMP_NAME\` the pump (NULL for a record that can't be
decoded). The expressions and records below have the fault.

| \`ERROR_NAME\` | number | meaning | for instance |
|---|---|---|---|
${rows.join('\n')}

## Diagnostics

\`rowtime check app.sql\` finds them all without running anything; \`--json\` prints them for machines, with code, severity, place, message and hint.
An error refuses the application, a warning does not.

${entries.join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = (path) => import(new URL(`dist/${path}`, root).href);
  const tools = {
    ...(await built('testing/run.js')),
    ...(await built('testing/runTest.js')),
    ...(await built('compiler/diagnose/render.js')),
  };
  const text = errorsPage({
    codes: diagnosticCodes(),
    diagnostics: await diagnosticExamples(tools),
    faults: faultExamples(tools),
    ...(await built('contract/faults.js')),
  });
  writeFileSync(pagePath, text);
}
