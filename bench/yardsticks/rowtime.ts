// The measured side itself: `rowtime run` as a user starts it, with a checkpoint every second and a warm artifact cache.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../compiler/library.ts';
import type { Contestant, WorkloadFiles } from '../contestant.ts';
import { applicationText, schemaOf, type Workload } from '../workload.ts';

/** Writes application and schema beside the data; the first, unmeasured run fills the artifact cache. */
export function prepareRowtime(workload: Workload, files: WorkloadFiles): Contestant {
  const root = packageFolder();
  const command = join(root, 'dist/command/rowtime.cjs');
  if (!existsSync(command)) return { name: 'rowtime', absent: 'dist is not built (npm run build)' };
  const application = join(files.folder, 'app.sql');
  const schema = join(files.folder, 'schema.json');
  writeFileSync(application, applicationText(workload));
  writeFileSync(schema, `${JSON.stringify(schemaOf(workload.columns, workload.format), undefined, 2)}\n`);
  const output = join(files.folder, 'out-rowtime.jsonl');
  const checkpoint = join(files.folder, 'checkpoint');
  const time = `${workload.format === 'jsonl' ? '$.' : ''}${workload.time ?? 'EVENT_TIME'}`;
  const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
  return {
    name: 'rowtime',
    detail: `Rowtime ${version}, Node ${process.version}`,
    command: process.execPath,
    words: [
      command,
      'run',
      application,
      '--schema',
      `${workload.stream}=${schema}`,
      '--source',
      `${workload.stream}=${files.input}?time=${time}`,
      ...referenceWords(workload, files),
      '--sink',
      `OUT=${output}`,
      '--checkpoint',
      checkpoint,
      '--checkpoint-interval',
      '1s',
      '--stats',
      join(files.folder, 'stats.json'),
    ],
    output,
    reset: () => {
      rmSync(output, { force: true });
      rmSync(checkpoint, { recursive: true, force: true });
    },
  };
}

function referenceWords(workload: Workload, files: WorkloadFiles): string[] {
  const { reference } = workload;
  if (reference === undefined || files.reference === undefined) return [];
  const schema = join(files.folder, 'reference-schema.json');
  writeFileSync(schema, `${JSON.stringify(schemaOf(reference.columns, 'jsonl'), undefined, 2)}\n`);
  return ['--schema', `${reference.table}=${schema}`, '--reference', `${reference.table}=${files.reference}`];
}
