/** Files that are read again and again, with and without a descriptor to keep. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { expect, onTestFinished, test } from 'vitest';
import { addressOf } from '../../src/platform/linux/libc.js';
import { Descriptors, ProcFile, unread } from '../../src/platform/linux/proc-file.js';
import { LinuxThreadClock } from '../../src/platform/linux/thread-clock.js';

const bytes = new Uint8Array(new ArrayBuffer(64));
const read = (file: ProcFile): string | number => {
  const length = file.read(addressOf(bytes), bytes.byteLength);
  return length > 0 ? Buffer.from(bytes.subarray(0, length)).toString() : length;
};
const countOpen = (): number => readdirSync('/proc/self/fd').length;

test.each([0, 1, 2])('%d of two files may stay open: both are read, as they are now', (kept) => {
  const folder = mkdtempSync(join(tmpdir(), 'pyspy-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const paths = ['täglich', 'b'].map((name) => join(folder, name));
  const descriptors = new Descriptors(kept);
  const before = countOpen();
  // The names are longer in bytes than in letters.
  const files = paths.map((path) => new ProcFile(path, descriptors));
  expect(files.map(read)).toEqual([unread.gone, unread.gone]);
  for (const text of ['one', 'another']) {
    for (const path of paths) writeFileSync(path, text);
    expect(files.map(read)).toEqual([text, text]);
    expect(countOpen()).toBe(before + kept);
  }
  for (const file of files) file.close();
  expect(countOpen()).toBe(before);
  // What they kept others may have now.
  expect(Array.from({ length: kept + 1 }, () => descriptors.take())).toEqual(
    Array.from({ length: kept + 1 }, (_, i) => i < kept),
  );
});

/** Runs something while this process may open no file (getrlimit(2)). */
function withoutDescriptors<T>(action: () => T): T {
  const library = koffi.load('libc.so.6');
  const RLIMIT_NOFILE = 7;
  const get = library.func('int getrlimit(int resource, void *limits)');
  const set = library.func('int setrlimit(int resource, void *limits)');
  const limits = new BigUint64Array(2);
  expect(get(RLIMIT_NOFILE, limits)).toBe(0);
  expect(set(RLIMIT_NOFILE, new BigUint64Array([0n, limits[1]!]))).toBe(0);
  try {
    return action();
  } finally {
    set(RLIMIT_NOFILE, limits);
  }
}

test('without any descriptor nothing is known, and nothing is gone', () => {
  const file = new ProcFile('/proc/self/schedstat', new Descriptors(0));
  const clock = new LinuxThreadClock(process.pid, process.pid, new Descriptors(0));
  const known = (): unknown => [clock.update(), clock.alive, clock.unchanged, clock.onCpu];
  expect(withoutDescriptors(() => read(file))).toBe(unread.notNow);
  expect(withoutDescriptors(known)).toEqual([true, true, false, null]);
  expect(read(file)).toMatch(/^\d+ /);
  // It asks about itself, and so is in a system call.
  expect(known()).toEqual([true, true, false, false]);
  expect(withoutDescriptors(known)).toEqual([true, true, false, null]);
});

test('of a thread it is told when the scheduler accounted for it last, where the kernel says so', () => {
  const clock = new LinuxThreadClock(process.pid, process.pid, new Descriptors(9));
  const hasFile = existsSync(`/proc/${process.pid}/sched`);
  const first = clock.accountedNs();
  expect(first === null).toBe(!hasFile);
  if (first === null) return;
  // The clock of a CPU, since the machine was started or so; those of two can differ by much.
  expect(first).toBeGreaterThan(0);
  const since = performance.now();
  while (performance.now() - since < 50);
  expect(clock.accountedNs()).not.toBe(first);
  expect(new LinuxThreadClock(1, 2 ** 22 + 1, new Descriptors(9)).accountedNs()).toBeNull();
  clock.close();
});
