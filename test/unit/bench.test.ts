// Benchmarks: data is the same every time, and comparing results finds a difference. Nothing is measured here.
import { describe, expect, it } from 'vitest';
import { firstDifference } from '../../bench/compare.ts';
import { median } from '../../bench/report.ts';
import { generateData, type ResultColumn } from '../../bench/workload.ts';
import { workloads } from '../../bench/workloads/all.ts';

const columns: readonly ResultColumn[] = [
  { name: 'KEY', kind: 'text' },
  { name: 'COUNT', kind: 'integer' },
  { name: 'MEAN', kind: 'double' },
];

describe.each(workloads.map((workload) => [workload.name, workload] as const))('workload %s', (_name, workload) => {
  const data = (seed: number): string => [...generateData(workload, 200, seed)].join('');

  it('generates the same data from the same seed', () => {
    expect(data(7)).toBe(data(7));
    expect(data(7).split('\n')).toHaveLength(201);
  });

  it('computes rows of its result columns from valid records', () => {
    const rows: (readonly (string | number)[])[] = [];
    const program = workload.node((row) => rows.push(row));
    for (const line of [...generateData(workload, 2000, 7)].join('').trimEnd().split('\n')) program.record(line);
    program.end();
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row.map((value) => typeof value)).toEqual(
        workload.result.map((column) => (column.kind === 'text' ? 'string' : 'number')),
      );
    }
  });
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

describe('median', () => {
  it('takes the middle of odd and even numbers of runs', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});
