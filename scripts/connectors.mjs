// Writes docs/connectors.md from the registry: each connector with what it can be and its options, and the options of the host. Needs a build.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pagePath = fileURLToPath(new URL('../docs/connectors.md', import.meta.url));

const sides = { source: 'source', sink: 'sink', both: 'source, sink', reference: 'reference table' };

function optionTable(options) {
  if (options.length === 0) return 'It has no options of its own.\n';
  const rows = options.map((option) => {
    const values = option.choices?.map((choice) => `\`${choice}\``).join(', ') ?? option.type;
    const initial = option.default === undefined ? '' : `\`${option.default}\``;
    const doc = option.secret ? `${option.doc} From the environment, never in a URL.` : option.doc;
    return `| \`${option.name}\` | ${sides[option.side]} | ${values} | ${initial} | ${doc} |`;
  });
  return `| option | of a | value | default | |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function connectorText(scheme, connector) {
  const roles = [
    connector.openSource === undefined ? [] : ['a source'],
    connector.openSink === undefined ? [] : ['a sink'],
    connector.version === undefined ? [] : ['reference data'],
  ].flat();
  const list = roles.length > 1 ? `${roles.slice(0, -1).join(', ')} and ${roles.at(-1)}` : roles[0];
  const sampled = connector.sample === undefined ? '' : ' Its schema can be discovered.';
  return `## \`${scheme === '-' ? '-' : `${scheme}:`}\`\n\n${connector.title[0].toUpperCase()}${connector.title.slice(1)}. It can be ${list}.${sampled}\n\n${optionTable(connector.options)}`;
}

/** The text of docs/connectors.md. */
export async function connectorsPage({ connectors, hostOptions }) {
  const texts = [];
  for (const [scheme, load] of Object.entries(connectors)) texts.push(connectorText(scheme, await load()));
  return `# Connectors

Written by \`scripts/connectors.mjs\` from the declarations; do not edit.

\`--source NAME=URL\`, \`--sink NAME=URL\` and \`--reference NAME=URL\` say where the rows of a stream or table come from or go to. What stands before the
colon of a URL names the connector; a path without one is a file. Options are query parameters: \`ticks.jsonl?time=$.at&speed=10x\`. An
unknown option, or a value that it does not take, ends the command with status 2 before anything is read.

## Options of every URL

${optionTable(hostOptions)}
${texts.join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = (path) => import(new URL(`../dist/runtime/${path}`, import.meta.url).href);
  writeFileSync(
    pagePath,
    await connectorsPage({ ...(await built('connectors/registry.js')), ...(await built('url.js')) }),
  );
}
