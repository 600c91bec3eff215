// Files: JSON lines or CSV, plain or gzipped; a glob takes several in order of name.
import type { Connector } from '../../../contract/connector.ts';
import { expand, identify, readHead, zlib } from './files.ts';
import { openFile } from './sink.ts';
import { openFiles } from './source.ts';

/** `file:` and plain paths. */
export const fileConnector: Connector = {
  scheme: 'file',
  title: 'a file',
  options: [
    {
      name: 'merge',
      type: 'choice',
      choices: ['rowtime'],
      needs: 'time',
      secret: false,
      side: 'source',
      doc: 'The files of a glob are merged by the times of their records, equal times in order of name; without it one file follows another. Only with `?time=`.',
    },
    {
      name: 'mode',
      type: 'choice',
      choices: ['overwrite', 'append'],
      secret: false,
      side: 'sink',
      doc: 'What to do with an existing file when checkpoints are taken for the first time.',
    },
  ],
  sample: async (url, bytes) => {
    const path = expand(url.path)[0] ?? url.path;
    const head = readHead(path, bytes);
    if (!path.endsWith('.gz')) return head;
    // The head of a gzip file is cut anywhere: what can be decompressed of it is enough.
    return zlib().gunzipSync(head, { finishFlush: zlib().constants.Z_SYNC_FLUSH }).subarray(0, bytes);
  },
  version: async (url) => JSON.stringify(expand(url.path).map((path) => identify(path))),
  openSource: async (context) => openFiles(context),
  openSink: async (context) => openFile(context),
};
