// rowtime discover: an InputSchema from sample records.
import { discoverShape } from '../library/application.ts';
import { printInputSchema } from '../runtime/schema.ts';
import { resolveUrl } from '../runtime/url.ts';
import { exitDone } from './exit.ts';

/** Prints the InputSchema of a source. */
export async function discoverCommand(url: string): Promise<number> {
  const shape = await discoverShape(await resolveUrl(url, 'source'));
  process.stdout.write(`${JSON.stringify(printInputSchema(shape), null, 2)}\n`);
  return exitDone;
}
