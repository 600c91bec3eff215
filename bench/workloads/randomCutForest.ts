// Anomaly scores of two columns by a random cut forest with the default sizes.
import { forestDefaults, RandomCutForest } from '../yardsticks/forest.ts';
import {
  type EmitRow,
  eventTime,
  integerOf,
  type NodeProgram,
  numberOf,
  type Random,
  timeOf,
  type Workload,
} from '../workload.ts';

/** Roughly a normal distribution: the sum of a few uniform ones. */
function bell(random: Random): number {
  return random.next() + random.next() + random.next() + random.next() - 2;
}

// Two clusters, and one point in 200 far from both.
function generate(random: Random, index: number): string {
  const isOutlier = random.below(200) === 0;
  const middle = random.below(2) === 0 ? 20 : 60;
  const pulse = isOutlier ? random.next() * 400 - 150 : middle + 10 * bell(random);
  const pressure = isOutlier ? random.next() * 400 - 150 : 2 * middle + 10 * bell(random);
  return `{"EVENT_TIME":"${eventTime(index * 10)}","EVENT_ID":${index},"PULSE":${pulse.toFixed(3)},"PRESSURE":${pressure.toFixed(3)}}\n`;
}

function node(emit: EmitRow): NodeProgram {
  const forest = new RandomCutForest(forestDefaults);
  return {
    record(line) {
      const record = JSON.parse(line) as Record<string, unknown>;
      timeOf(record['EVENT_TIME']);
      const id = integerOf(record['EVENT_ID']);
      emit([id, forest.scoreAndAdd([numberOf(record['PULSE']), numberOf(record['PRESSURE'])])]);
    },
    end() {},
  };
}

/** Each point with its score. Scores depend on chance: only their ranks are compared. */
export const randomCutForest: Workload = {
  name: 'random-cut-forest',
  title: 'RANDOM_CUT_FOREST with defaults on two columns; ranks of scores compared',
  format: 'jsonl',
  records: 30_000,
  stream: 'POINTS',
  columns: [
    { name: 'EVENT_TIME', type: 'TIMESTAMP' },
    { name: 'EVENT_ID', type: 'BIGINT' },
    { name: 'PULSE', type: 'DOUBLE' },
    { name: 'PRESSURE', type: 'DOUBLE' },
  ],
  purpose: 'Points with their anomaly score.',
  pumps: `CREATE OR REPLACE STREAM "SCORED" (EVENT_ID VARCHAR(16), PULSE DOUBLE, PRESSURE DOUBLE, ANOMALY_SCORE DOUBLE);
CREATE OR REPLACE PUMP "SCORE_PUMP" AS INSERT INTO "SCORED"
  SELECT STREAM EVENT_ID, PULSE, PRESSURE, ANOMALY_SCORE
  FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM CAST(EVENT_ID AS VARCHAR(16)) AS EVENT_ID, PULSE, PRESSURE FROM "POINTS")));
CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM CAST(EVENT_ID AS BIGINT), ANOMALY_SCORE FROM "SCORED";
`,
  result: [
    { name: 'EVENT_ID', type: 'BIGINT' },
    { name: 'ANOMALY_SCORE', type: 'DOUBLE', isScore: true },
  ],
  dataVersion: 1,
  generate,
  node,
  duckdb: { absent: 'it has no random cut forest' },
  simdjson: { absent: 'no program was written for forests' },
  java: {
    source: 'RandomCutForestYardstick.java',
    words: (input, output) => ['1', 'PULSE,PRESSURE', input, output, '1'],
  },
};
