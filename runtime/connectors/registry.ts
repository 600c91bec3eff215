// The connectors, one line each; a connector is loaded when its scheme is used.
import type { Connector } from '../../contract/connector.ts';

/** Connectors by scheme. */
export const connectors: Readonly<Record<string, () => Promise<Connector>>> = {
  file: async () => (await import('./file/connector.ts')).fileConnector,
  '-': async () => (await import('./standard/connector.ts')).standardConnector,
  demo: async () => (await import('./demo/connector.ts')).demoConnector,
};
