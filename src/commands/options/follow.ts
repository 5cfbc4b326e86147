/** --follow and --interval: an answer that is given again while the trace is recorded. */
import type { Command } from 'commander';
import { PyspyError } from '../../errors.js';
import { parseTimePoint } from '../../replay/window/time-point.js';

export interface FollowOptions {
  readonly follow?: boolean;
  readonly interval?: string;
}

const defaultInterval = '2s';
/** An answer takes time, too. */
const shortestMs = 200;

/** --follow and --interval. @param others what its default is besides, as ", 1s live" */
export function addFollowOptions(command: Command, others = ''): Command {
  return command
    .option('--follow', 'while the trace is being recorded, answer again and again')
    .option('--interval <time>', `how often: 500ms, 5s (default: ${defaultInterval}${others})`);
}

/** @returns ms between two answers; null for one answer. @throws PyspyError of kind "usage" */
export function resolveFollow({ follow, interval }: FollowOptions): number | null {
  if (interval !== undefined && !follow)
    throw new PyspyError('usage', '--interval goes with --follow', {
      hint: 'pyspy top FILE --follow --interval 5s',
    });
  const point = parseTimePoint(interval ?? defaultInterval, '--interval');
  if (point.kind !== 'offset' || point.ns < shortestMs * 1e6)
    throw new PyspyError(
      'usage',
      `--interval ${JSON.stringify(interval)} is no length of time of 0.2s or more`,
      {
        hint: 'Write 2s, 500ms or a number of seconds.',
      },
    );
  return follow ? point.ns / 1e6 : null;
}
