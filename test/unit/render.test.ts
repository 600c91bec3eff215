// How a diagnostic looks to a person.
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../compiler/diagnose/diagnostic.ts';
import { renderDiagnostic } from '../../compiler/diagnose/render.ts';
import { parseScript } from '../../compiler/parse/parse.ts';

function diagnostic(start: number, end: number, more: Partial<Diagnostic> = {}): Diagnostic {
  return {
    severity: 'error',
    code: 'unknown-column',
    message: 'no column "prise"',
    span: { start, end },
    related: [],
    ...more,
  };
}

describe('renderDiagnostic', () => {
  it('draws the line with carets and the hint', () => {
    const text = 'CREATE …\n  SELECT MAX(prise) FROM bids\n';
    const start = text.indexOf('prise');
    expect(
      renderDiagnostic(diagnostic(start, start + 5, { hint: 'did you mean "price"?' }), { name: 'fraud.sql', text }),
    ).toBe(
      [
        'error[unknown-column]: no column "prise"',
        '  --> fraud.sql:2:14',
        '   |',
        ' 2 |   SELECT MAX(prise) FROM bids',
        '   |              ^^^^^',
        '   = hint: did you mean "price"?',
      ].join('\n'),
    );
  });

  it('lines carets up behind tabs and wide characters', () => {
    const text = "\tSELECT '日本', x";
    const lines = renderDiagnostic(diagnostic(text.indexOf('x'), text.length), { name: 'a', text }).split('\n');
    expect(lines[3]).toBe(" 1 |     SELECT '日本', x");
    expect(lines[4]).toBe(`   | ${' '.repeat(4 + 7 + 6 + 2)}^`);
  });

  it('cuts a very long line around the place', () => {
    const text = `SELECT ${'a, '.repeat(5000)}prise, ${'b, '.repeat(5000)}`;
    const start = text.indexOf('prise');
    const lines = renderDiagnostic(diagnostic(start, start + 5), { name: 'a', text }).split('\n');
    expect(lines[3]?.length).toBeLessThan(135);
    const caret = lines[4]?.indexOf('^') ?? 0;
    expect(lines[3]?.slice(caret, caret + 5)).toBe('prise');
    expect(lines[4]?.slice(caret)).toBe('^^^^^');
  });

  it('shows related places, and one caret for an empty span', () => {
    const text = Array.from({ length: 12 }, (_, line) => `line ${line + 1}`).join('\n');
    const related = [{ span: { start: 0, end: 4 }, message: 'first defined here' }];
    const rendered = renderDiagnostic(diagnostic(text.length, text.length, { severity: 'warning', related }), {
      name: 'a',
      text,
    });
    expect(rendered).toContain(' 12 | line 12\n    |        ^');
    expect(rendered).toContain('    = note: first defined here\n   ::: a:1:1\n    |\n  1 | line 1\n    | ^^^^');
    expect(rendered.startsWith('warning[')).toBe(true);
  });

  it('stops carets at the end of the line, and takes any span', () => {
    const text = 'ab\r\ncd';
    expect(renderDiagnostic(diagnostic(1, 6), { name: 'a', text })).toContain(' 1 | ab\n   |  ^');
    expect(renderDiagnostic(diagnostic(900, 1000), { name: 'a', text })).toContain(' 2 | cd');
    expect(renderDiagnostic(diagnostic(0, 0), { name: 'a', text: '' })).toContain('a:1:1');
  });

  it('colours on request and lets no control character through', () => {
    const text = 'a \u001b[31m b';
    expect(renderDiagnostic(diagnostic(0, 1), { name: 'a', text })).not.toContain('\u001b');
    expect(renderDiagnostic(diagnostic(0, 1), { name: 'a', text }, { color: true })).toContain(
      '\u001b[31merror[unknown-column]\u001b[0m',
    );
  });

  it('shows a syntax error whole', () => {
    const text = 'CREATE OR REPLACE STREAM "D" (a INT);\nCREATE PUMP p AS INSERT INTO "D"\n  SELECT STREAM a FORM s;';
    const { diagnostics } = parseScript({ name: 'app.sql', text });
    expect(
      diagnostics.map((one) => renderDiagnostic(one, { name: 'app.sql', text })).join('\n'),
    ).toMatchInlineSnapshot(`
      "error[syntax-error]: expected "," or FROM, found "s"
        --> app.sql:3:24
         |
       3 |   SELECT STREAM a FORM s;
         |                        ^
         = hint: did you mean FROM instead of FORM?"
    `);
  });
});
