// Records of several rows: what is wrong in one row leaves the others alone.
import { beforeAll, expect, test } from 'vitest';
import { input, openDecoders } from '../harness/decoders.ts';

const inputs = {
  number: input('n INTEGER'),
  paths: input('id INTEGER; x=$.items[0:].x INTEGER; y=$.items[0:].deep.y INTEGER; second=$.items[1].x INTEGER'),
  rows: input('v INTEGER', { rowPath: '$.a.rows' }),
};

let decoders: Awaited<ReturnType<typeof openDecoders>>;
beforeAll(async () => {
  decoders = await openDecoders(inputs);
});

test('a value that does not fit fails its row', () => {
  expect(decoders.decode('number', '{"n":"?"}{"n":3}').outcomes).toEqual(['!coercion-failed n', 'n=3']);
  const items = '[{"x":1},{"x":2},{"x":"?"},{"deep":{"y":"?"}},{"x":5}]';
  const rows = ['x=1 second=2', 'x=2 second=2', '!coercion-failed x', '!coercion-failed y', 'x=5 second=2'];
  expect(decoders.decode('paths', `{"items":${items}}`).outcomes).toEqual(rows);
  // What all rows share fails them all: once.
  expect(decoders.decode('paths', '{"id":"?","items":[{"x":1},{"x":2}]}{"id":1}').outcomes).toEqual([
    '!coercion-failed id',
    'id=1',
  ]);
  expect(decoders.decode('paths', '{"items":[{"x":"?"},{"x":2}],"id":"?"}').outcomes).toEqual(['!coercion-failed id']);
  expect(decoders.decode('rows', '{"a":{"rows":[{"v":1},{"v":"?"},{"v":3}]}}').outcomes).toEqual([
    'v=1',
    '!coercion-failed v',
    'v=3',
  ]);
});
