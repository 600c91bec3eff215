// The command line: declares the commands and loads the one that was asked for. Texts and statuses: cli/exit.ts.
import { Command, InvalidArgumentError, Option } from 'commander';
import type { RunCommandOptions } from './run.ts';

/** Options that several commands share. */
export interface CommonOptions {
  readonly schema: string[];
  readonly code?: string;
  readonly flavour: 'simd' | 'scalar';
  readonly optimize: boolean;
  readonly cache: boolean;
  readonly keyGroups?: number;
  readonly seed?: bigint;
  readonly promotedIdle?: true;
  readonly json?: true;
}

const collect = (value: string, before: string[]): string[] => [...before, value];

function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('write a duration such as 500ms, 10s or 5m');
  return Number(match[1]) * ({ ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? 's'] ?? 1000);
}

function bytes(text: string): number {
  const match = /^(\d+)(kb|mb|gb)?$/i.exec(text);
  if (match === null) throw new InvalidArgumentError('write a size such as 512mb');
  return Number(match[1]) * ({ kb: 1 << 10, mb: 1 << 20, gb: 1 << 30 }[(match[2] ?? '').toLowerCase()] ?? 1);
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) throw new InvalidArgumentError('write a whole number above 0');
  return Number(text);
}

function seed(text: string): bigint {
  if (!/^\d{1,19}$/.test(text)) throw new InvalidArgumentError('write a whole number');
  return BigInt(text);
}

function shared(command: Command, flavours: readonly string[] = ['simd', 'scalar']): Command {
  return command
    .option(
      '--schema <NAME=SCHEMA>',
      "columns of an input: 'NAME=(ticker VARCHAR(4), …)' or NAME=schema.json",
      collect,
      [],
    )
    .option('--code <FILE>', 'replaces the SQL of an application definition')
    .addOption(new Option('--flavour <FLAVOUR>', flavours.join(', ')).choices(flavours).default('simd'))
    .option('--no-optimize', 'compile without the optimizer')
    .option('--no-cache', 'compile even when the artifact is in the cache')
    .option('--key-groups <N>', 'number of key groups, fixed at the first start', whole)
    .option('--seed <N>', 'seed of random functions', seed)
    .option('--promoted-idle', 'the clock of a silent live input also closes windows over AS ROWTIME and T-sort')
    .option('--json', 'diagnostics as JSON, one a line');
}

type Finish = (work: Promise<number>, json: boolean) => Promise<void>;

function makeProgram(finish: Finish): Command {
  const program = new Command('rowtime')
    .description('Streaming SQL, compiled to WebAssembly.')
    .showHelpAfterError('(rowtime --help says more)');
  program.exitOverride();
  addRun(program, finish);
  addCompiling(program, finish);
  addTools(program, finish);
  return program;
}

function addRun(program: Command, finish: Finish): void {
  shared(program.command('run').description('run until the input ends, or until stopped').argument('<APP>'))
    .option('--source <NAME=URL>', 'where an input comes from', collect, [])
    .option('--sink <NAME=URL>', 'where the rows of a stream go', collect, [])
    .option('--reference <NAME=URL>', 'content of a reference table', collect, [])
    .option('--checkpoint <DIR>', 'go on from here, and keep checkpoints here')
    .option('--checkpoint-interval <TIME>', 'time between checkpoints', duration, 10_000)
    .option('--allow-state-loss', 'drop state that the changed SQL has no place for')
    .option('--allow-loss', 'checkpoint though a source can not go on where it was')
    .option('--idle-after <TIME>', 'a live input silent for so long passes its bound', duration, 1000)
    .option('--wait-limit <SIZE>', "most bytes of an input's rows that wait for other inputs (default 16mb)", bytes)
    .option('--state-limit <SIZE>', 'most bytes of state', bytes)
    .option('--stats <FILE>', 'one JSON object about the run at its end; - is standard output')
    .option('--function-names', 'keep the names of functions in the artifact, for profiles')
    .option('--fail-on-error', 'status 1 when a row went to error_stream')
    .action((path: string, options: RunCommandOptions) =>
      finish(
        import('./run.ts').then((module) => module.runCommand(path, options)),
        options.json === true,
      ),
    );
}

// Commands that take an application apart without running it.
function addCompiling(program: Command, finish: Finish): void {
  shared(program.command('check').description('all diagnostics, no WebAssembly').argument('<APP...>'))
    .option('--source <NAME=URL>', 'discover the schema of an input from its source', collect, [])
    .option('--reference <NAME=URL>', 'the same for a reference table', collect, [])
    .action((paths: string[], options) =>
      finish(
        import('./check.ts').then((module) => module.checkCommand(paths, options)),
        options.json === true,
      ),
    );
  shared(program.command('compile').description('write the artifact').argument('<APP>'), ['simd', 'scalar', 'both'])
    .requiredOption('-o, --output <FILE>', 'the artifact')
    .option('--program <FILE>', 'the generated AssemblyScript')
    .option('--source <NAME=URL>', 'as for run: format, schema and time field come from it', collect, [])
    .option('--sink <NAME=URL>', 'as for run', collect, [])
    .option('--reference <NAME=URL>', 'as for run: format and schema of a table come from it', collect, [])
    .action((path: string, options) =>
      finish(
        import('./compile.ts').then((module) => module.compileCommand(path, options)),
        options.json === true,
      ),
    );
  shared(
    program.command('explain').description('what will happen, in words, and what is held in memory').argument('<APP>'),
  )
    .addOption(
      new Option('--stage <STAGE>', 'the tree, the plan or the program instead of words').choices([
        'ast',
        'plan',
        'optimized',
        'program',
      ]),
    )
    .option('--source <NAME=URL>', 'as for run', collect, [])
    .option('--sink <NAME=URL>', 'as for run', collect, [])
    .option('--reference <NAME=URL>', 'as for run: format and schema of a table come from it', collect, [])
    .action((path: string, options) =>
      finish(
        import('./explain.ts').then((module) => module.explainCommand(path, options)),
        options.json === true,
      ),
    );
}

function addTools(program: Command, finish: Finish): void {
  program
    .command('test')
    .description('run .test files')
    .argument('<PATH...>')
    .option('--update', 'rewrite the expectations in place')
    .action((paths: string[], options) =>
      finish(
        import('./test.ts').then((module) => module.testCommand(paths, options)),
        false,
      ),
    );
  program
    .command('eval')
    .description('value and type of SQL expressions')
    .argument('<EXPRESSION...>')
    .action((expressions: string[]) =>
      finish(
        import('./eval.ts').then((module) => module.evalCommand(expressions)),
        false,
      ),
    );
  program
    .command('discover')
    .description('an InputSchema from sample records')
    .argument('<URL>')
    .action((url: string) =>
      finish(
        import('./discover.ts').then((module) => module.discoverCommand(url)),
        false,
      ),
    );
  program
    .command('bench')
    .description('workloads beside their yardsticks')
    .argument('[NAME...]')
    .option('--json', 'results as JSON')
    .option('--rounds <N>', 'measured runs of every contestant', whole, 5)
    .option('--without <YARDSTICK>', 'leave a yardstick out (named as absent)', collect, [])
    .option('--profile', 'where Rowtime spends its time, function by function, instead of measuring')
    .option('--scale <SHARE>', 'share of the records, for a trial run that enters no history', Number, 1)
    .action((names: string[], options) =>
      finish(
        import('./bench.ts').then((module) => module.benchCommand(names, options)),
        false,
      ),
    );
}

async function main(): Promise<void> {
  // Whoever read what is printed has gone, as `head` does: there is nobody left to work for.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  const finish: Finish = async (work, json) => {
    let status: number;
    try {
      status = await work;
    } catch (error) {
      status = (await import('./exit.ts')).report(error, json);
    }
    // Pending timers and standard input must not keep the process; what was printed to a pipe must leave first.
    await new Promise<void>((resolve) => process.stderr.write('', () => resolve()));
    await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
    process.exit(status);
  };
  // Without anything left to wait for the process would end as if all were done.
  process.once('beforeExit', () => void finish(Promise.reject(new Error('ended before the work was done')), false));
  try {
    await makeProgram(finish).parseAsync();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!code.startsWith('commander.')) throw error;
    process.exit(code === 'commander.helpDisplayed' || code === 'commander.version' ? 0 : 2);
  }
}

void main();
