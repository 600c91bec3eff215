// Ends a fuzz run that hangs: a thread of its own watches the input that the run works on, says which one it is, and kills the process.
//
//   shared := i32 rounds begun and ended (odd: working) · i32 limit in seconds · i32 bytes of text · text
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const words = new Int32Array(workerData, 0, 3);
let seen = 0;
let seconds = 0;

setInterval(() => {
  const now = Atomics.load(words, 0);
  seconds = now === seen ? seconds + 1 : 0;
  seen = now;
  if (now % 2 === 0 || seconds < words[1]) return;
  const text = new TextDecoder().decode(new Uint8Array(workerData, 12, words[2]).slice());
  writeSync(2, `\nrowtime: hangs for ${seconds} s: ${text}\n`);
  process.kill(process.pid, 'SIGKILL');
}, 1000);
