/** Answers about a trace that is still being recorded: given again and again, until the recording is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { onSignals } from '../caller.js';
import { PyspyError } from '../errors.js';
import { tell } from './notes.js';
import { withTrace } from './output.js';

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

/**
 * Calls `answer` once; with --follow every interval until the recording has ended, and then a last time. Ctrl-C ends it well.
 * @param answer opens the trace, looks and shows. With --follow it is not called before there are samples
 * @throws PyspyError as `answer` does; with --follow, a window that the recording has not reached is waited for
 */
export async function repeatedly(
  file: string,
  options: FollowOptions,
  answer: () => Promise<void>,
): Promise<void> {
  const intervalMs = await parseInterval(options);
  if (!options.follow) return answer();
  const stop = new AbortController();
  const forget = onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], () => stop.abort());
  try {
    for (let isLast = false, isWaiting = false; !isLast && !stop.signal.aborted; ) {
      // Looked at before the answer: what is recorded in between is in the next one.
      const { isRecording, hasSamples } = await withTrace(file, (reader) => ({
        isRecording: reader.state() === 'recording',
        hasSamples: reader.counts().samples > 0,
      }));
      isLast = !isRecording;
      try {
        if (hasSamples || isLast) await answer();
      } catch (error) {
        if (isLast || !(error instanceof PyspyError) || error.kind !== 'usage') throw error;
        if (!isWaiting) tell(`pyspy: not yet: ${error.message}`);
        isWaiting = true;
      }
      if (!isLast) await sleep(intervalMs, undefined, { signal: stop.signal }).catch(() => {});
    }
  } finally {
    forget();
  }
}

/** Goes back to the top of a terminal and clears it, so that the next answer takes the place of the last. */
export function clearScreen(options: FollowOptions): string {
  return options.follow && process.stdout.isTTY ? '\x1b[H\x1b[J' : '';
}

async function parseInterval({ follow, interval }: FollowOptions): Promise<number> {
  if (interval !== undefined && !follow)
    throw new PyspyError('usage', '--interval goes with --follow', {
      hint: 'pyspy top FILE --follow --interval 5s',
    });
  const { parseTimePoint } = await import('../replay/time-point.js');
  const point = parseTimePoint(interval ?? defaultInterval, '--interval');
  if (point.kind !== 'offset' || point.ns < shortestMs * 1e6)
    throw new PyspyError(
      'usage',
      `--interval ${JSON.stringify(interval)} is no length of time of 0.2s or more`,
      {
        hint: 'Write 2s, 500ms or a number of seconds.',
      },
    );
  return point.ns / 1e6;
}
