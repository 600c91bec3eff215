// Schema discovery and column lists.
import { describe, expect, it } from 'vitest';
import { typeText } from '../../contract/types.ts';
import { discover } from '../../runtime/discover.ts';
import { parseColumnList } from '../../runtime/schema.ts';
import { SchemaError } from '../../runtime/members.ts';

const columns = (text: string, format: 'json' | 'csv' = 'json', complete = true): string[] =>
  discover(new TextEncoder().encode(text), format, complete).columns.map(({ name, type, mapping }) =>
    `${name} ${typeText(type)} ${mapping ?? ''}`.trim(),
  );

describe('discover', () => {
  it('infers types from all JSON lines of the sample', () => {
    expect(
      columns(
        '{"t":"AMZN","p":1,"n":3,"seen":"2018-05-09T12:50:41.33"}\n{"t":"GOOGL","p":1.5,"n":5000000000,"ok":true}\n{"cut',
      ),
    ).toEqual(['t VARCHAR(8) $.t', 'p DOUBLE $.p', 'n BIGINT $.n', 'seen TIMESTAMP $.seen', 'ok BOOLEAN $.ok']);
  });

  it('flattens two levels and one array, and makes names that SQL takes', () => {
    expect(columns('{"a":{"b":1,"c":{"d":{"e":2}}},"list":[{"x":"y"}],"select":1,"2nd":2,"-":3}')).toEqual([
      'b INTEGER $.a.b',
      'd VARCHAR(8) $.a.c.d',
      'x VARCHAR(4) $.list[0:].x',
      'COL_select INTEGER $.select',
      'COL_2nd INTEGER $.2nd',
      'COL_5 INTEGER $.-',
    ]);
  });

  // The first three as in the table of names of the service's guide, "Using the Schema Discovery Feature on Streaming Data".
  it('renames what is no plain name with the prefix COL_', () => {
    expect(columns('{"@@":1,"USER":2,"USER@DOMAIN":3,"a-b":4,"ab":5,"x":{"ab":6},"y":{"ab":7}}')).toEqual([
      'COL_0 INTEGER $.@@',
      'COL_USER INTEGER $.USER',
      'COL_USERDOMAIN INTEGER $.USER@DOMAIN',
      'COL_ab INTEGER $.a-b',
      'ab INTEGER $.ab',
      'ab0 INTEGER $.x.ab',
      'ab1 INTEGER $.y.ab',
    ]);
  });

  it('maps an array within an array whole', () => {
    expect(columns('{"a":[{"b":[{"c":1}],"d":2}],"e":[{"f":1}]}')).toEqual([
      'b VARCHAR(16) $.a[0:].b',
      'd INTEGER $.a[0:].d',
      'e VARCHAR(16) $.e',
    ]);
  });

  it('takes one document over several lines', () => {
    expect(columns('[\n{"a":1},\n{"a":2}\n]')).toEqual(['a INTEGER $.a']);
  });

  it('reads CSV with quotes, headings and other delimiters', () => {
    expect(columns('name;price\n"a;b";1.5\n', 'csv')).toEqual(['name VARCHAR(4)', 'price DOUBLE']);
    expect(columns('x,1\nlonger,2\n', 'csv')).toEqual(['COL_0 VARCHAR(8)', 'COL_1 INTEGER']);
  });

  it('says when there is nothing', () => {
    expect(() => columns('')).toThrow(/no schema can be found/);
  });
});

describe('column lists', () => {
  it('keep quoted names and raise others', () => {
    expect(
      parseColumnList('(ticker VARCHAR(4), "price" DECIMAL(5, 2))').map(({ name, type, mapping }) => [
        name,
        typeText(type),
        mapping,
      ]),
    ).toEqual([
      ['TICKER', 'VARCHAR(4)', '$.ticker'],
      ['price', 'DECIMAL(5,2)', '$.price'],
    ]);
  });

  it('are refused in good time, too', () => {
    const began = performance.now();
    expect(() => parseColumnList(`(k INT${' '.repeat(200_000)}x)`)).toThrow(/is not a type/);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('are read in good time, however many blanks they hold', () => {
    const blanks = ' '.repeat(100_000);
    const [column] = parseColumnList(`(${blanks}a${blanks}DOUBLE${blanks}PRECISION${blanks}NOT${blanks}NULL${blanks})`);
    expect(column).toMatchObject({ name: 'A', type: { kind: 'DOUBLE' }, nullable: false });
    for (const text of [
      `(a INTE${blanks};)`,
      `(a INTEGER${blanks}NOT${blanks}x)`,
      `(a${blanks})`,
      `(a DOUBLE${blanks}`,
    ])
      expect(() => parseColumnList(text)).toThrow(SchemaError);
  });
});
