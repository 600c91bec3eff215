// Diagnostics on standard error, for a person or for a machine.
import type { Diagnostic } from '../compiler/diagnose/diagnostic.ts';
import type { Source } from '../compiler/source.ts';
import type { SqlApplication } from '../library/application.ts';
import type { DefinitionNotice } from '../runtime/definition.ts';

/** A text with its name; that of a definition with its file and its JSON path there. */
export interface NamedSource extends Source {
  readonly file?: string;
  readonly path?: string;
}

/** Prints diagnostics; true when one of them is an error. */
export async function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  source: NamedSource,
  json: boolean,
): Promise<boolean> {
  if (diagnostics.length === 0) return false;
  const { placeOf } = await import('../compiler/source.ts');
  const { renderDiagnostic } = await import('../compiler/diagnose/render.ts');
  for (const diagnostic of diagnostics) {
    const { line, column } = placeOf(source.text, diagnostic.span.start);
    const { severity, code, message, hint, span } = diagnostic;
    const text = json
      ? JSON.stringify({
          severity,
          code,
          message,
          ...(source.path === undefined ? { file: source.name } : { file: source.file, path: source.path }),
          line,
          column,
          text: source.text.slice(span.start, span.end),
          ...(hint === undefined ? {} : { hint }),
        })
      : renderDiagnostic(diagnostic, source, { color: process.stderr.isTTY === true });
    process.stderr.write(`${text}\n`);
  }
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** Prints what a person should know of a definition that is taken. */
export function printNotices(
  { definition, file }: SqlApplication,
  others: readonly DefinitionNotice[],
  json: boolean,
): void {
  for (const { code, message, path } of [...(definition?.notices ?? []), ...others])
    process.stderr.write(
      json
        ? `${JSON.stringify({ severity: 'note', code, message, file, path })}\n`
        : `rowtime: ${file ?? ''}: ${path}: ${message}\n`,
    );
}
