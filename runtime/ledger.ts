// The equations of the ledger (SEMANTICS 27). They hold between any two calls of a program, after a restart as well; where one doesn't,
// rows were lost or counted twice, which is a bug.
//
//   source, reference   records = decoded + rejected
//   pump                in + kept = passed + filtered + absorbed + late + errors + held;  in = out of the stream that it reads
//   operator            produced + kept = passed + filtered + absorbed + late + errors + held
//   stream              in + kept = out + held;  in = Σ passed of what writes it, or the rows of its source
//   error_stream        in = Σ errors + Σ late
//
// held: waits, in a sort or where several clocks meet. kept: waited when the ledger began, as it does anew under changed SQL; 0 otherwise.
import { errorStream } from '../contract/faults.ts';
import { ledgerOutcomes } from '../contract/manifest.ts';
import type { LedgerReport } from './program.ts';

/** The equations that don't hold, each with the account and its numbers; none in a ledger that is right. */
export function ledgerFaults(ledger: readonly LedgerReport[]): string[] {
  const topology = topologyOf(ledger);
  return ledger.flatMap((account) => {
    const { kind, name, counters } = account;
    const broken = equationsOf(account, topology).find(({ left, right }) => left !== right);
    const negative = Object.keys(counters).find((counter) => at(account, counter) < 0);
    if (broken === undefined && negative === undefined) return [];
    const what =
      broken === undefined ? `${negative} is negative` : `${broken.says}, but ${broken.left} is not ${broken.right}`;
    const values = Object.entries(counters).map(([counter, value]) => `${counter} ${value}`);
    return [`${kind} ${name}: ${what} (${values.join(', ')})`];
  });
}

// What flows into what: streams and sources by name, and what passed into a stream.
interface Topology {
  readonly out: Map<string, number>;
  readonly rows: Map<string, number>;
  readonly passedInto: Map<string, number>;
  errors: number;
}

function topologyOf(ledger: readonly LedgerReport[]): Topology {
  const topology: Topology = { out: new Map(), rows: new Map(), passedInto: new Map(), errors: 0 };
  const { out, rows, passedInto } = topology;
  for (const account of ledger) {
    const { kind, name, into } = account;
    if (kind === 'stream') out.set(name, at(account, 'out'));
    if (kind === 'source') rows.set(name, at(account, 'rows'));
    if (into !== undefined) passedInto.set(into, (passedInto.get(into) ?? 0) + at(account, 'passed'));
    topology.errors += sum(account, 'errors', 'late');
  }
  return topology;
}

interface Equation {
  readonly left: number;
  readonly right: number;
  readonly says: string;
}

function equationsOf(account: LedgerReport, { out, rows, passedInto, errors }: Topology): Equation[] {
  const equation = (left: string, right: readonly string[]): Equation => ({
    left: sum(account, left, 'kept'),
    right: sum(account, ...right),
    says: `${left} = ${right.join(' + ')}`,
  });
  const { kind, name, from = '' } = account;
  const came = at(account, 'in');
  switch (kind) {
    case 'source':
    case 'reference':
      return [equation('records', ['decoded', 'rejected'])];
    case 'pump':
      return [
        equation('in', ledgerOutcomes),
        { left: came, right: out.get(from) ?? Number.NaN, says: `in = out of stream ${from}` },
      ];
    case 'operator':
      return [equation('produced', ledgerOutcomes)];
    case 'stream': {
      // A stream that nothing writes holds the rows of a table, or none.
      const right = name === errorStream ? errors : (rows.get(name) ?? passedInto.get(name) ?? came);
      return [equation('in', ['out', 'held']), { left: came, right, says: 'in = what came from its writers' }];
    }
  }
}

function at({ counters }: LedgerReport, counter: string): number {
  return counters[counter] ?? 0;
}

function sum(account: LedgerReport, ...counters: readonly string[]): number {
  return counters.reduce((result, counter) => result + at(account, counter), 0);
}
