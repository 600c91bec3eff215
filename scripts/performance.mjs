// Writes the table of docs/performance.md from bench/history: the last measured run of every workload. Needs a built dist/.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyTable, lastEntries } from '../dist/bench/history.js';

const page = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
const [begin, end] = ['<!-- table of bench/history -->\n', '<!-- end of the table -->'];
const text = readFileSync(page, 'utf8');
const from = text.indexOf(begin) + begin.length;
writeFileSync(page, `${text.slice(0, from)}\n${historyTable(lastEntries())}\n${text.slice(text.indexOf(end))}`);
