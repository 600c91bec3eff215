// A contestant is a program that reads the workload's file and writes result rows to another, started as a whole process.
import type { Workload } from './workload.ts';

/** Where one workload's files lie. */
export interface WorkloadFiles {
  /** Folder for what contestants of the workload write at this size. */
  readonly folder: string;
  readonly input: string;
  readonly reference?: string;
}

/** A program ready to be started, or the reason why it can't be. */
export type Contestant =
  | {
      readonly name: string;
      /** What exactly runs: version, implementation. */
      readonly detail: string;
      readonly command: string;
      readonly words: readonly string[];
      readonly output: string;
      /** Removes what an earlier run left; not part of the measured time. */
      reset(): void;
    }
  | { readonly name: string; readonly absent: string };

/** Makes one contestant for a workload: finds its tools, compiles what has to be compiled. undefined: nothing of its kind. */
export type PrepareContestant = (
  workload: Workload,
  files: WorkloadFiles,
) => Contestant | undefined | Promise<Contestant>;
