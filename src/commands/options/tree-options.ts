/** Options of what draws calls, as a picture or as text: what is at the root, and what the sums are made of. */
import type { Command } from 'commander';

export interface RootOptions {
  readonly threads?: boolean;
  readonly processes?: boolean;
  readonly inverted?: boolean;
}

/** --threads, --processes and --inverted. */
export function addRootOptions(command: Command): Command {
  return command
    .option('--threads', 'a root for each thread')
    .option('--processes', 'a root for each process')
    .option('--inverted', 'innermost functions first, their callers below them');
}

/** --no-rollups. */
export function addRollupsOption(command: Command): Command {
  return command.option('--no-rollups', 'read every sample, also where the trace has rollups');
}
