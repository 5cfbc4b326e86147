/** gdb as an oracle for native stacks: it pauses the process that it looks at, which must be one of the test's own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('gdb-frames.py', import.meta.url));

/** Addresses of the frames of each thread, hexadecimal, innermost first, by the thread's id; null where there is no gdb that may. */
export function gdbFrames(pid: number): ReadonlyMap<number, readonly string[]> | null {
  const quiet = ['-q', '-batch', '-nx', '-iex', 'set debuginfod enabled off'];
  const past = ['-ex', 'set backtrace past-main on', '-ex', 'set backtrace past-entry off'];
  const { stdout } = spawnSync('gdb', [...quiet, ...past, '-p', String(pid), '-x', script], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  const threads = (stdout ?? '')
    .split('\n')
    .filter((line) => line.startsWith('FRAMES '))
    .map((line) => line.split(' ').slice(1))
    .map(([thread, ...frames]) => [Number(thread), frames] as const);
  return threads.length === 0 ? null : new Map(threads);
}
