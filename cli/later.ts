// Parts of the package that are loaded by name: the test runner and the benchmarks live outside of the host.

/** Loads a module beside cli/ and gives one of its functions. */
export async function loadPart<F>(path: string, name: string): Promise<F> {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const module = (await import(new URL(`../${path}.${ending}`, import.meta.url).href)) as Readonly<Record<string, F>>;
  const part = module[name];
  if (part === undefined) throw new Error(`invariant: ${path} exports no ${name}`);
  return part;
}
