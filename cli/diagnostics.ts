// Diagnostics on standard error, for a person or for a machine.
import type { Diagnostic } from '../compiler/diagnose/diagnostic.ts';
import type { Source } from '../compiler/source.ts';

/** Prints diagnostics; true when one of them is an error. */
export async function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  source: Source,
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
          file: source.name,
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
