// Runnable examples of a Markdown page: every block that begins with ```sql is a case of a `.test` file.

/**
 * The page as the text of a `.test` file with the same line numbers: what stands outside the blocks becomes blank lines, and a
 * block begins a case that has the name of the heading above it.
 */
export function testsOfPage(page: string): string {
  let heading = '';
  let inside: 'page' | 'example' | 'other' = 'page';
  const lines = page.split('\n').map((line) => {
    if (/^```/.test(line)) {
      const opens = inside === 'page';
      inside = !opens ? 'page' : /^```sql\s*$/.test(line) ? 'example' : 'other';
      return inside === 'example' ? `==== ${heading}` : '';
    }
    if (inside === 'page') heading = /^#+ (.*)$/.exec(line)?.[1]?.trim() ?? heading;
    return inside === 'example' ? line : '';
  });
  return lines.join('\n');
}
