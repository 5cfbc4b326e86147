/** What every command that writes a file does with what has the name already: links, modes, other users' files. */
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TraceBuilder } from '../format/trace-builder.js';
import { runCli } from './run-cli.js';

let directory: string;
const at = (name: string) => join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-replaced-'));
  record(at('a.trace'));
  record(at('b.trace'), 4_000_002);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function record(path: string, recorderPid = 4_000_001): void {
  const trace = new TraceBuilder(path, { recorderPid });
  const thread = trace.thread(trace.process(), 'MainThread');
  const stacks = ['work', 'rest'].map((name) => trace.stack([{ name, file: 'a.py', firstLine: 1 }, 2]));
  for (let tick = 1; tick <= 1_000; tick++)
    trace.tick(tick * 10e6, [{ thread, stack: stacks[Math.floor(tick / 7) % 2]!, cpuNs: 10e6 }]);
  trace.end();
}

/** Of each: what writes a file with that name. */
const writers: Readonly<Record<string, (output: string) => Promise<unknown>>> = {
  flame: (output) => runCli('flame', at('a.trace'), '-o', output),
  report: (output) => runCli('report', at('a.trace'), '-o', output),
  export: (output) => runCli('export', at('a.trace'), '-f', 'folded', '-o', output),
  'export -f speedscope': (output) => runCli('export', at('a.trace'), '-f', 'speedscope', '-o', output),
  'export -f pprof': (output) => runCli('export', at('a.trace'), '-f', 'pprof', '-o', output),
  'diff -o': (output) => runCli('diff', at('a.trace'), at('b.trace'), '--format', 'markdown', '-o', output),
  'diff --flame': (output) => runCli('diff', at('a.trace'), at('b.trace'), '--flame', output),
  cut: (output) => runCli('cut', at('a.trace'), '--from', '50%', '-o', output, '-f'),
  merge: (output) => runCli('merge', at('a.trace'), at('b.trace'), '-o', output, '-f'),
  pack: (output) => runCli('pack', at('a.trace'), '-o', output, '-f'),
  record: async (output) => record(output),
};
const results = [
  ...['flame', 'report', 'export', 'export -f speedscope', 'export -f pprof', 'diff -o', 'diff --flame'],
];

/** Nobody's, but somebody else's in any case. */
const otherUser = 65_534;
const isRoot = process.getuid?.() === 0;

describe.each(Object.entries(writers))('%s', (name, write) => {
  test.each(['600', '640', '400'])('keeps mode %s of what it replaces', async (octal) => {
    const mode = Number.parseInt(octal, 8);
    writeFileSync(at('out'), 'before');
    chmodSync(at('out'), mode);
    await write(at('out'));
    expect(readFileSync(at('out'), 'utf8')).not.toBe('before');
    expect(statSync(at('out')).mode & 0o777).toBe(mode);
  });

  test.skipIf(!isRoot)('does not follow a link of another user', async () => {
    writeFileSync(at('victim'), 'before', { mode: 0o600 });
    symlinkSync(at('victim'), at('out'));
    lchownSync(at('out'), otherUser, otherUser);
    const result = await write(at('out'));
    if (results.includes(name))
      expect(result).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(
          /out: it is a link of another user's \(65534\), and not followed\nhint: /,
        ),
      });
    // A trace takes the place of the link.
    else expect(lstatSync(at('out')).isFile()).toBe(true);
    expect(readFileSync(at('victim'), 'utf8')).toBe('before');
    expect(statSync(at('victim')).mode & 0o777).toBe(0o600);
  });

  test('never writes over what a link of one’s own does not lead to', async () => {
    writeFileSync(at('victim'), 'before');
    symlinkSync(at('victim'), at('out'));
    await write(at('out'));
    if (results.includes(name)) expect(readFileSync(at('victim'), 'utf8')).not.toBe('before');
    else expect(readFileSync(at('victim'), 'utf8')).toBe('before');
    expect(lstatSync(at('out')).isSymbolicLink()).toBe(results.includes(name));
    expect(readdirSync(directory).sort()).toEqual(['a.trace', 'b.trace', 'out', 'victim']);
  });

  test.skipIf(!isRoot)('takes no rights for all from a file that another user put there', async () => {
    writeFileSync(at('out'), 'before');
    chownSync(at('out'), otherUser, otherUser);
    chmodSync(at('out'), 0o666);
    const before = process.umask(0o077);
    try {
      await write(at('out'));
    } finally {
      process.umask(before);
    }
    expect(statSync(at('out')).mode & 0o777).toBe(0o600);
  });
});

test.skipIf(!isRoot)('a chain of links is followed as far as it is one’s own', async () => {
  writeFileSync(at('victim'), 'before');
  symlinkSync(at('victim'), at('planted'));
  lchownSync(at('planted'), otherUser, otherUser);
  symlinkSync('planted', at('mine'));
  expect(await writers.flame!(at('mine'))).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/planted is a link of another user's/),
  });
  expect(readFileSync(at('victim'), 'utf8')).toBe('before');
});
