/**
 * Windows neither replaces nor removes a file that is open without its leave, and SQLite gives none. Here the same is made
 * of it: what writes files must have closed what it replaces. FAT has no links besides.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeTrace } from '../golden/make-traces.js';
import { runCli } from './run-cli.js';

const refused = vi.hoisted((): string[] => []);
vi.mock('node:fs', async (load) => {
  const fs = await load<typeof import('node:fs')>();
  const isOpen = (path: string): boolean => {
    const real = fs.existsSync(path) ? fs.realpathSync(path) : path;
    return fs.readdirSync('/proc/self/fd').some((fd) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${fd}`) === real;
      } catch {
        return false;
      }
    });
  };
  const fail = (code: string, syscall: string, path: string): never => {
    refused.push(`${syscall} ${path}`);
    throw Object.assign(new Error(`${code}: operation not permitted, ${syscall} '${path}'`), {
      code,
      syscall,
    });
  };
  return {
    ...fs,
    default: fs,
    renameSync: (from: string, to: string) => {
      for (const path of [from, to]) if (isOpen(path)) fail('EPERM', 'rename', path);
      fs.renameSync(from, to);
    },
    rmSync: (path: string, options?: import('node:fs').RmOptions) => {
      if (isOpen(path)) fail('EBUSY', 'unlink', path);
      fs.rmSync(path, options);
    },
    linkSync: (_: string, to: string) => fail('EISDIR', 'link', to),
  };
});

let directory: string;
const at = (name: string) => join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-open-'));
  for (const name of ['v2-complete.trace', 'v2-crashed.trace']) makeTrace(directory, name);
  refused.length = 0;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('traces are written where nothing can be linked', async () => {
  const whole = at('v2-complete.trace');
  for (const [words, output] of [
    [['cut', whole, '--to', '50%'], 'first.trace'],
    [['cut', whole, '--from', '50%'], 'second.trace'],
    [['merge', at('first.trace'), at('second.trace')], 'merged.trace'],
    [['pack', whole], 'packed.trace'],
  ] as const) {
    const { status, stderr } = await runCli(...words, '-o', at(output));
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^wrote .*\n$/) });
    expect(refused.splice(0)).toEqual([`link ${at(output)}`]);
    expect((await runCli('verify', at(output))).status).toBe(0);
  }
});

test('a trace is packed in its own place', async () => {
  const { status, stderr } = await runCli(
    'pack',
    at('v2-complete.trace'),
    '-o',
    at('v2-complete.trace'),
    '-f',
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^wrote .*\n$/) });
  expect(refused).toEqual([]);
  expect((await runCli('verify', at('v2-complete.trace'))).status).toBe(0);
});

test('a crashed one stays as old as it was', async () => {
  const then = new Date('2024-05-01');
  utimesSync(at('v2-crashed.trace'), then, then);
  expect(await runCli('pack', at('v2-crashed.trace'), '-o', at('v2-crashed.trace'), '-f')).toMatchObject({
    status: 0,
  });
  expect(statSync(at('v2-crashed.trace')).mtime).toEqual(then);
});

test('a picture is replaced, and what is open elsewhere is left as it was', async () => {
  const words = ['flame', at('v2-complete.trace'), '-o', at('out.svg')];
  for (let times = 0; times < 2; times++) expect((await runCli(...words)).status).toBe(0);
  const before = readFileSync(at('out.svg'), 'utf8');
  const { openSync, closeSync } = await vi.importActual<typeof import('node:fs')>('node:fs');
  const viewer = openSync(at('out.svg'), 'r');
  try {
    expect(await runCli(...words)).toMatchObject({
      status: 74,
      stderr: expect.stringMatching(
        /what is there cannot be replaced \(EPERM\): it is protected, or open in another program\nhint: /,
      ),
    });
  } finally {
    closeSync(viewer);
  }
  expect(readFileSync(at('out.svg'), 'utf8')).toBe(before);
  expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(existsSync(at('out.svg'))).toBe(true);
});
