// Runs in a thread of its own: makes the fast artifact of a program that is already running in its quick one.
import { parentPort, workerData } from 'node:worker_threads';
import { assemble, withManifest } from '../compiler/assemble.ts';
import { readLibrary } from '../compiler/library.ts';
import type { Manifest } from '../contract/manifest.ts';

const { program, manifest } = workerData as { readonly program: string; readonly manifest: Manifest };
const wasm = await assemble(program, readLibrary(), manifest.flavour, 'full');
parentPort?.postMessage(withManifest(wasm, manifest));
