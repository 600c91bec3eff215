// Putting late records in order: each is up to two minutes older than its arrival says.
import {
  type EmitRow,
  eventTime,
  integerOf,
  type NodeProgram,
  type Random,
  timeOf,
  type Workload,
} from '../workload.ts';

const disorderMs = 120_000;

function generate(random: Random, index: number): string {
  const arrival = disorderMs + index;
  return `{"ARRIVAL_TIME":"${eventTime(arrival)}","EVENT_TIME":"${eventTime(arrival - random.below(disorderMs))}","EVENT_ID":${index},"READING":${random.below(1000)}}\n`;
}

interface Event {
  readonly time: number;
  readonly id: number;
  readonly reading: number;
}

/** A binary heap by time and number: the earliest event on top. */
class Earliest {
  readonly #events: Event[] = [];

  top(): Event | undefined {
    return this.#events[0];
  }

  push(event: Event): void {
    const events = this.#events;
    let place = events.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(event, events[parent] as Event)) break;
      events[place] = events[parent] as Event;
      place = parent;
    }
    events[place] = event;
  }

  pop(): void {
    const events = this.#events;
    const moved = events.pop() as Event;
    if (events.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= events.length) break;
      if (child + 1 < events.length && isBefore(events[child + 1] as Event, events[child] as Event)) child++;
      if (!isBefore(events[child] as Event, moved)) break;
      events[place] = events[child] as Event;
      place = child;
    }
    events[place] = moved;
  }
}

function isBefore(left: Event, right: Event): boolean {
  return left.time < right.time || (left.time === right.time && left.id < right.id);
}

function node(emit: EmitRow): NodeProgram {
  const waiting = new Earliest();
  let latest = Number.NEGATIVE_INFINITY;
  const leave = (bound: number): void => {
    for (let event = waiting.top(); event !== undefined && event.time < bound; event = waiting.top()) {
      emit([event.id, event.reading]);
      waiting.pop();
    }
  };
  return {
    record(line) {
      const record = JSON.parse(line) as Record<string, unknown>;
      timeOf(record['ARRIVAL_TIME']);
      const time = timeOf(record['EVENT_TIME']);
      waiting.push({ time, id: integerOf(record['EVENT_ID']), reading: integerOf(record['READING']) });
      if (time <= latest) return;
      latest = time;
      leave(latest - disorderMs);
    },
    end: () => leave(Number.POSITIVE_INFINITY),
  };
}

/** Events in the order of their time. */
export const timeSort: Workload = {
  name: 't-sort',
  title: 'ORDER BY time WITHIN 2 minutes, 120,000 records in the buffer',
  format: 'jsonl',
  records: 1_000_000,
  stream: 'EVENTS',
  columns: [
    { name: 'ARRIVAL_TIME', type: 'TIMESTAMP' },
    { name: 'EVENT_TIME', type: 'TIMESTAMP' },
    { name: 'EVENT_ID', type: 'BIGINT' },
    { name: 'READING', type: 'INTEGER' },
  ],
  time: 'ARRIVAL_TIME',
  purpose: 'Events in the order of their time.',
  pumps: `CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM e.EVENT_TIME AS ROWTIME, e.EVENT_ID, e.READING
  FROM "EVENTS" AS e
  ORDER BY e.EVENT_TIME WITHIN INTERVAL '2' MINUTE;
`,
  result: [
    { name: 'EVENT_ID', type: 'BIGINT' },
    { name: 'READING', type: 'INTEGER' },
  ],
  ordered: true,
  dataVersion: 1,
  generate,
  node,
  duckdb: (input) => `SELECT EVENT_ID, READING FROM ${input} ORDER BY EVENT_TIME, EVENT_ID`,
  simdjson: { absent: 'no program was written for sorting' },
};
