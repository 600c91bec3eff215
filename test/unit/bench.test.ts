// Benchmarks: data is the same every time, and comparing results finds a difference. Nothing is measured here.
import { describe, expect, it } from 'vitest';
import { firstDifference, rankCorrelation } from '../../bench/compare.ts';
import { historyTable } from '../../bench/history.ts';
import { tableOf } from '../../bench/profile.ts';
import { median } from '../../bench/report.ts';
import { generateData, kindOf, type ResultColumn } from '../../bench/workload.ts';
import { workloads, workloadsNamed } from '../../bench/workloads/all.ts';

const columns: readonly ResultColumn[] = [
  { name: 'KEY', type: 'VARCHAR(8)' },
  { name: 'COUNT', type: 'BIGINT' },
  { name: 'MEAN', type: 'DOUBLE' },
];

describe.each(workloads.map((workload) => [workload.name, workload] as const))('workload %s', (_name, workload) => {
  const data = (seed: number): string => [...generateData(workload, 200, seed)].join('');

  it('generates the same data from the same seed', () => {
    expect(data(7)).toBe(data(7));
    expect(data(7).split('\n')).toHaveLength(201);
  });

  if (typeof workload.node !== 'function') return;
  const { node } = workload;
  it('computes rows of its result columns from valid records', () => {
    const rows: (readonly (string | number | null)[])[] = [];
    const program = node((row) => rows.push(row));
    const linesOf = (source: Parameters<typeof generateData>[0]): string[] =>
      [...generateData(source, 2000, 7)].join('').trimEnd().split('\n');
    for (const line of workload.reference === undefined ? [] : linesOf(workload.reference)) program.reference?.(line);
    for (const line of linesOf(workload)) program.record(line);
    program.end();
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row.map((value) => typeof value)).toEqual(
        workload.result.map((column) => (kindOf(column) === 'text' ? 'string' : 'number')),
      );
    }
  });
});

it('a name means its variants as well', () => {
  expect(workloadsNamed('sliding').map(({ name }) => name)).toEqual([
    'sliding-second',
    'sliding-minute',
    'sliding-hour',
  ]);
  expect(workloadsNamed('nothing')).toEqual([]);
});

describe('comparing results', () => {
  const rows = [
    ['a', 1, 0.1],
    ['b', 2, 0.25],
  ];

  it('ignores order and the last digits of doubles', () => {
    expect(
      firstDifference(
        rows,
        [
          ['b', 2, 0.25],
          ['a', 1, 0.1 + 1e-13],
        ],
        columns,
      ),
    ).toBeUndefined();
  });

  it('finds a double that differs', () => {
    expect(
      firstDifference(
        rows,
        [
          ['a', 1, 0.1000001],
          ['b', 2, 0.25],
        ],
        columns,
      ),
    ).toContain('MEAN');
  });

  it('finds an integer, a text and a missing row', () => {
    expect(
      firstDifference(
        rows,
        [
          ['a', 1, 0.1],
          ['b', 3, 0.25],
        ],
        columns,
      ),
    ).toContain('COUNT');
    expect(
      firstDifference(
        rows,
        [
          ['a', 1, 0.1],
          ['c', 2, 0.25],
        ],
        columns,
      ),
    ).toContain('KEY');
    expect(firstDifference(rows, rows.slice(1), columns)).toBe('2 rows against 1');
  });
});

describe('rows whose order counts, and scores', () => {
  it('finds rows in another order', () => {
    const rows = [
      ['a', 1, 0.5],
      ['b', 2, 0.5],
    ];
    expect(firstDifference(rows, [...rows].reverse(), columns)).toBeUndefined();
    expect(firstDifference(rows, [...rows].reverse(), columns, true)).toContain('KEY');
  });

  it('correlates ranks: by hand from the definition', () => {
    expect(rankCorrelation([1, 2, 3, 4], [10, 20, 30, 40])).toBe(1);
    expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
    // Differences of ranks 1, 1, 0, 0: 1 - 6 * 2 / (4 * 15).
    expect(rankCorrelation([1, 2, 3, 4], [2, 1, 3, 4])).toBeCloseTo(0.8, 12);
  });

  it('compares scores by rank only', () => {
    const scored: readonly ResultColumn[] = [
      { name: 'ID', type: 'BIGINT' },
      { name: 'SCORE', type: 'DOUBLE', isScore: true },
    ];
    const scores = (turn: (id: number) => number): [number, number][] =>
      Array.from({ length: 50 }, (_, id) => [id, turn(id)]);
    expect(
      firstDifference(
        scores((id) => id),
        scores((id) => id * id + 1),
        scored,
      ),
    ).toBeUndefined();
    expect(
      firstDifference(
        scores((id) => id),
        scores((id) => -id),
        scored,
      ),
    ).toContain('ranks correlate');
  });
});

it('the table of the history has ratios of medians', () => {
  const report = {
    workload: 'ticks',
    title: 'a title',
    records: 2_000_000,
    bytes: 4e8,
    rounds: 3,
    pinned: true,
    absent: [],
  };
  const machine = { processor: 'CPU', cores: 2, node: 'v20' };
  const contestants = [
    { name: 'rowtime', detail: '', seconds: [3, 1, 2] },
    { name: 'node', detail: '', seconds: [5, 5, 9] },
    { name: 'duckdb', detail: '', seconds: [], problem: 'differs' },
  ];
  const row = historyTable([{ ...report, machine, contestants, time: '2026-11-25T01:02:03.000Z' }]).split('\n')[2];
  expect(row).toBe('| `ticks` a title | 2000000 | 400 | 1.00 | 200 | 2.50 | – | – | – | 2026-11-25, CPU |');
});

it('a profile is told by function, callees not counted', () => {
  const frame = (id: number, functionName: string, url: string) => ({ id, callFrame: { functionName, url } });
  const nodes = [
    frame(1, 'program/decode', 'wasm://wasm/1'),
    frame(2, 'read', 'node:fs'),
    frame(3, 'program/decode', 'wasm://wasm/1'),
  ];
  expect(tableOf({ nodes, samples: [1, 2, 3, 1], timeDeltas: [100, 200, 300, 400] })).toBe(
    '      0.8 ms  80.0 %  program/decode\n      0.2 ms  20.0 %  read  node:fs\n',
  );
});

describe('median', () => {
  it('takes the middle of odd and even numbers of runs', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});
