// Exit statuses, and what a person is told when something went wrong.
import { SchemaError } from '../runtime/members.ts';

/** 0 done · 1 the application or its data is at fault · 2 wrong usage · 70 a bug of ours. */
export const exitDone = 0;
export const exitFault = 1;
export const exitUsage = 2;
export const exitBug = 70;

const faults = new Set([
  'ConnectorError',
  'SchemaError',
  'StorageError',
  'StateLimitError',
  'SnapshotError',
  'ArtifactError',
]);

/** Prints an error and gives the exit status that belongs to it. */
export function report(error: unknown, json: boolean): number {
  if (!(error instanceof Error)) return bug(String(error));
  if (error.name === 'OutputClosed') return exitDone;
  if (!faults.has(error.name)) return bug(error.stack ?? error.message);
  const usage = 'usage' in error && error.usage === true;
  if (error instanceof SchemaError) printSchemaError(error, json);
  else if (json)
    process.stderr.write(
      `${JSON.stringify({ severity: 'error', code: usage ? 'usage' : 'failed', message: error.message })}\n`,
    );
  else process.stderr.write(`rowtime: ${error.message}\n`);
  return usage ? exitUsage : exitFault;
}

function printSchemaError({ message, plain, path, file, hint }: SchemaError, json: boolean): void {
  const place = { ...(file === undefined ? {} : { file }), ...(path === '' ? {} : { path }) };
  const more = { ...place, ...(hint === undefined ? {} : { hint }) };
  process.stderr.write(
    json
      ? `${JSON.stringify({ severity: 'error', code: 'invalid-definition', message: plain, ...more })}\n`
      : `rowtime: ${message}${hint === undefined ? '' : `\n  = hint: ${hint}`}\n`,
  );
}

function bug(text: string): number {
  process.stderr.write(
    `rowtime: this is a bug of rowtime, not of your application. Please report it with the SQL, the command line and:\n${text}\n(node ${process.version}, ${process.platform} ${process.arch})\n`,
  );
  return exitBug;
}
