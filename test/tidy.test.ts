// The rules of the source itself: who may import whom, sizes, comments, banned things, and facts that stand in two places.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as abi from '../contract/abi.ts';
import { faultTexts } from '../contract/faults.ts';

const root = resolve(import.meta.dirname, '..');
const fileLinesMax = 450;
const functionLinesMax = 75;

/** Files and functions that may be longer, each with its reason. */
const longerFiles: Record<string, string> = {
  'compiler/parse/ast.ts': 'the whole syntax tree at one glance',
};
const longerFunctions: Record<string, string> = {
  'test/unit/fakeProgram.ts:fakeExports': 'one object with all exports of an artifact',
};

const skippedFolders = new Set(['node_modules', 'dist', '.git', '.rowtime', 'coverage', 'bench/data', 'bench/history']);
const generatedFiles = new Set(['compiler/parse/sqlGrammar.ts', 'package-lock.json']);
const codeFolders = [
  'assembly',
  'bench',
  'cli',
  'compiler',
  'contract',
  'library',
  'runtime',
  'scripts',
  'test',
  'testing',
];
/** The only file that may ask the clock or set a timer in contract, compiler and runtime. */
const clockFile = 'runtime/clock.ts';

/** Packages that enter through one door; everything else enters where its folder says. */
const packageDoors: Record<string, RegExp> = {
  'ohm-js': /^(compiler\/parse\/|scripts\/grammar\.mjs$|test\/)/,
  assemblyscript: /^(compiler\/assemble\.ts$|test\/)/,
  commander: /^cli\//,
  '@duckdb/node-api': /^bench\/yardsticks\/duckdb\.ts$/,
  rolldown: /^scripts\/bundle\.mjs$/,
  typescript: /^(test\/|scripts\/errors\.mjs$)/,
  vitest: /^(test\/|vitest\.config\.ts$)/,
};

/** The phases of the compiler: a file imports from its own rank and below. */
const phases = [
  'source|diagnose',
  'parse',
  'plan|pattern',
  'bind',
  'optimize|explain',
  'emit',
  'assemble|library',
  'compile',
];

function listFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = posix.join(folder, entry.name);
    if (entry.isDirectory()) return skippedFolders.has(name) ? [] : listFiles(name);
    return generatedFiles.has(name) ? [] : [name];
  });
}

const allFiles = listFiles('.');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const codeFiles = allFiles.filter(
  (file) => /\.(ts|mjs)$/.test(file) && (codeFolders.includes(file.split('/')[0] ?? '') || !file.includes('/')),
);
const parsed = new Map(
  codeFiles.map((file) => [
    file,
    ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true, ts.ScriptKind.TS),
  ]),
);

/** Visits every node below one. */
function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}

/** Everything that a file imports: static, dynamic, types, re-exports. */
function importsOf(source: ts.SourceFile): string[] {
  const found: string[] = [];
  walk(source, (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
      found.push((node.moduleSpecifier as ts.StringLiteral).text);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const target = node.arguments[0];
      if (target !== undefined && ts.isStringLiteral(target)) found.push(target.text);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      found.push((node.argument.literal as ts.StringLiteral).text);
    }
  });
  return found;
}

/** A relative import as a path from the root; other imports as they are. */
function targetOf(file: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier;
}

function rankOf(file: string): number {
  const name = (file.split('/')[1] ?? '').replace(/\.ts$/, '');
  return phases.findIndex((phase) => phase.split('|').includes(name));
}

function connectorOf(file: string): string | undefined {
  return /^runtime\/connectors\/([^/]+)\//.exec(file)?.[1];
}

/** Why a relative import isn't allowed, or undefined. */
function importProblem(file: string, target: string): string | undefined {
  const from = file.split('/')[0];
  const to = target.split('/')[0];
  const connector = connectorOf(file);
  switch (from) {
    case 'contract':
      return to === 'contract' ? undefined : 'contract imports nothing else';
    case 'assembly':
      return to === 'assembly' || /^contract\/abi(\.ts)?$/.test(target)
        ? undefined
        : 'assembly imports assembly and contract/abi';
    case 'compiler':
      if (to === 'contract') return undefined;
      if (to !== 'compiler') return 'compiler imports compiler and contract';
      if (rankOf(file) === -1) return `no phase: ${phases.join(' <- ')}`;
      return rankOf(target) <= rankOf(file) ? undefined : `phases import leftwards only: ${phases.join(' <- ')}`;
    case 'runtime':
      if (to === 'contract') return undefined;
      if (to !== 'runtime') return 'runtime imports runtime and contract';
      if (connector === undefined || connectorOf(target) === connector) return undefined;
      return 'a connector imports contract, its own folder and its SDK';
    default:
      return undefined;
  }
}

/** Why a package may not be imported here, or undefined. */
function packageProblem(file: string, specifier: string): string | undefined {
  const from = file.split('/')[0] ?? '';
  if (specifier.startsWith('node:')) {
    return from === 'contract' || from === 'assembly' ? `${from} knows no Node` : undefined;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const door = packageDoors[name];
  if (door !== undefined) return door.test(file) ? undefined : `${name} enters only through ${door.source}`;
  if (connectorOf(file) !== undefined || ['test', 'bench'].includes(from)) return undefined;
  return 'a package without a door (packageDoors in tidy.test.ts)';
}

describe('imports', () => {
  it('go in the directions that ARCHITECTURE.md names', () => {
    const problems: string[] = [];
    for (const [file, source] of parsed) {
      for (const specifier of importsOf(source)) {
        const problem = specifier.startsWith('.')
          ? importProblem(file, targetOf(file, specifier))
          : packageProblem(file, specifier);
        if (problem !== undefined) problems.push(`${file} imports ${specifier}: ${problem}`);
      }
    }
    expect(problems).toEqual([]);
  });

  it('need no barrel', () => {
    expect(codeFiles.filter((file) => /(^|\/)index\.ts$/.test(file))).toEqual([]);
  });
});

/** A readable name for a function: its own, or that of what it is assigned to. */
function functionName(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  const parent = node.parent;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText();
  return ts.isConstructorDeclaration(node) ? 'constructor' : '(function)';
}

describe('sizes', () => {
  it(`keep files within ${fileLinesMax} lines`, () => {
    const long = codeFiles.filter((file) => read(file).split('\n').length - 1 > fileLinesMax && !(file in longerFiles));
    expect(long).toEqual([]);
  });

  it(`keep functions within ${functionLinesMax} lines`, () => {
    const long: string[] = [];
    for (const [file, source] of parsed) {
      walk(source, (node) => {
        if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
        // The callback of `describe` is a section of a test file, not a function that anyone reads at once.
        if (ts.isCallExpression(node.parent) && /^describe\b/.test(node.parent.expression.getText())) return;
        const first = lineOf(source, node.getStart());
        const lines = lineOf(source, node.getEnd()) - first + 1;
        const name = `${file}:${functionName(node)}`;
        if (lines > functionLinesMax && !(name in longerFunctions))
          long.push(`${name} (line ${first}) has ${lines} lines`);
      });
    }
    expect(long).toEqual([]);
  });
});

describe('banned', () => {
  it('any, enum and default exports', () => {
    const problems: string[] = [];
    for (const [file, source] of parsed) {
      const add = (node: ts.Node, what: string): void => {
        problems.push(`${file}:${lineOf(source, node.getStart())}: ${what}`);
      };
      walk(source, (node) => {
        if (node.kind === ts.SyntaxKind.AnyKeyword) add(node, 'any');
        if (ts.isEnumDeclaration(node)) add(node, 'enum');
        const isDefault = ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword;
        if (isDefault && !ts.isDefaultClause(node.parent) && !file.endsWith('.config.ts')) add(node, 'default export');
      });
    }
    expect(problems).toEqual([]);
  });

  it('words that mark unfinished work', () => {
    const mark = new RegExp(`\\b(${['FIX', 'XX'].map((half) => half + (half === 'FIX' ? 'ME' : 'X')).join('|')})\\b`);
    const texts = allFiles.filter((file) => /\.(ts|mjs|md|sql|ohm|json|cpp|hpp|test)$/.test(file));
    expect(texts.filter((file) => mark.test(read(file)))).toEqual([]);
  });

  it('paths of a machine', () => {
    const problems: string[] = [];
    const here = [dirname(root), homedir()].filter((folder) => folder.length > 2).map((folder) => `${folder}${sep}`);
    const usual = new RegExp(`(^|[\\s"'\`(=])/(${['home', 'root', 'Users'].join('|')})/[\\w.-]`);
    for (const file of allFiles.filter(
      (name) => /\.(ts|mjs|md|sql|ohm|json|cpp|hpp|test)$/.test(name) || name === '.ci/run',
    )) {
      read(file)
        .split('\n')
        .forEach((line, index) => {
          if (usual.test(line) || here.some((folder) => line.includes(folder)))
            problems.push(`${file}:${index + 1}: ${line.trim()}`);
        });
    }
    expect(problems).toEqual([]);
  });

  it(`the clock and timers outside ${clockFile}`, () => {
    const problems: string[] = [];
    const clock = /\b(Date\.now|performance\.now|process\.hrtime|setTimeout|setInterval|new Date\(\))/;
    for (const file of codeFiles.filter((name) => /^(contract|compiler|runtime)\//.test(name) && name !== clockFile)) {
      read(file)
        .split('\n')
        .forEach((line, index) => {
          if (clock.test(line.replace(/\/\/.*|^\s*\*.*/, ''))) problems.push(`${file}:${index + 1}: ${line.trim()}`);
        });
    }
    expect(problems).toEqual([]);
  });
});

/** True when documentation stands directly above: a `/**` comment, or for the shared numbers any comment above their group. */
function isDocumented(file: string, source: ts.SourceFile, statement: ts.Node): boolean {
  const ranges = ts.getLeadingCommentRanges(source.text, statement.getFullStart()) ?? [];
  const last = ranges.at(-1);
  if (last !== undefined && (source.text.startsWith('/**', last.pos) || file === 'contract/abi.ts')) return true;
  if (file !== 'contract/abi.ts') return false;
  const index = source.statements.indexOf(statement as ts.Statement);
  const previous = source.statements[index - 1];
  const follows =
    previous !== undefined && lineOf(source, previous.getEnd()) + 1 === lineOf(source, statement.getStart());
  return follows && isDocumented(file, source, previous);
}

describe('comments', () => {
  it('open every file', () => {
    const commented = allFiles.filter((file) => {
      if (/\.(ts|mjs|cpp|hpp|ohm)$/.test(file)) return !/^(#!.*\n)?(\/\/|\/\*)/.test(read(file));
      return file.endsWith('.sql') ? !/^(--|\/\*)/.test(read(file)) : false;
    });
    expect(commented).toEqual([]);
  });

  it('stand above every export of contract, compiler and runtime', () => {
    const bare: string[] = [];
    for (const [file, source] of parsed) {
      if (!/^(contract|compiler|runtime)\//.test(file)) continue;
      let overloaded = '';
      for (const statement of source.statements) {
        const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
        if (!modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)) continue;
        const name = ts.isFunctionDeclaration(statement) ? (statement.name?.text ?? '') : '';
        if (!isDocumented(file, source, statement) && (name === '' || name !== overloaded)) {
          bare.push(`${file}:${lineOf(source, statement.getStart())}: ${statement.getText().split('\n')[0]}`);
        }
        overloaded = name;
      }
    }
    expect(bare).toEqual([]);
  });
});

describe('facts in two places', () => {
  it('docs/dependencies.md gives a reason for every package, and for no other', () => {
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string> | undefined>;
    const sections = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
    const wanted = sections.flatMap((section) => Object.keys(manifest[section] ?? {}));
    const listed = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| \S/gm)].map((match) => match[1]);
    expect([...new Set(listed)].sort()).toEqual([...new Set(wanted)].sort());
  });

  it('every fault of abi.ts has its text, with the same number', () => {
    const numbers = Object.entries(abi).filter(([name]) => name.startsWith('FAULT_') && name !== 'FAULT_NONE');
    const codes = numbers.map(([, code]) => code).sort((left, right) => left - right);
    expect(faultTexts.map((fault) => fault.code)).toEqual(codes);
    expect(new Set(faultTexts.map((fault) => fault.name)).size).toBe(faultTexts.length);
    for (const { code, name } of faultTexts) {
      const constant = numbers.find(([, number]) => number === code)?.[0] ?? '';
      const source = new RegExp(`code: abi\\.${constant},\\s+name: '${name}'`);
      expect(read('contract/faults.ts')).toMatch(source);
    }
  });

  it('every page that a page links to exists', () => {
    const missing: string[] = [];
    for (const page of allFiles.filter((file) => file.endsWith('.md'))) {
      for (const match of read(page).matchAll(/\]\(([^)#\s]+)(#[^)\s]*)?\)/g)) {
        const target = match[1] ?? '';
        if (/^[a-z]+:/.test(target)) continue;
        const path = relative(root, resolve(root, dirname(page), target));
        if (!existsSync(join(root, path))) missing.push(`${page}: ${target}`);
      }
    }
    expect(missing).toEqual([]);
  });

  it('every file that a newcomer and a machine look for exists', () => {
    const wanted = [
      'README.md',
      'ARCHITECTURE.md',
      'CHANGELOG.md',
      'LICENSE',
      '.ci/run',
      'docs/cli.md',
      'docs/dependencies.md',
      'docs/functions.md',
      'docs/sql.md',
      'docs/errors.md',
      'docs/connectors.md',
      'docs/tests.md',
      'examples/README.md',
    ];
    expect(wanted.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});
