/** Numbers of system calls are those of the kernel's own headers. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { architectures } from '../../src/platform/linux/architecture.js';

/** Headers that define them, where this machine has them (Debian: linux-libc-dev). */
const headers: Readonly<Record<keyof typeof architectures, readonly string[]>> = {
  x64: ['/usr/include/x86_64-linux-gnu/asm/unistd_64.h'],
  arm64: ['/usr/include/asm-generic/unistd.h', '/usr/aarch64-linux-gnu/include/asm-generic/unistd.h'],
};

const names = {
  fcntl: /__NR(?:3264)?_fcntl\s+(\d+)/,
  futex: /__NR_futex\s+(\d+)/,
  schedSetattr: /__NR_sched_setattr\s+(\d+)/,
  schedGetattr: /__NR_sched_getattr\s+(\d+)/,
  setgroups: /__NR_setgroups\s+(\d+)/,
  setresuid: /__NR_setresuid\s+(\d+)/,
  setresgid: /__NR_setresgid\s+(\d+)/,
} as const;

describe.each(Object.keys(architectures) as (keyof typeof architectures)[])('%s', (name) => {
  const header = headers[name].find((path) => existsSync(path));
  if (header === undefined) test.skip('there is no header of its system calls', () => {});
  else
    test('numbers of system calls', () => {
      const text = readFileSync(header, 'utf8');
      const found = Object.fromEntries(
        Object.entries(names).map(([call, pattern]) => [call, Number(pattern.exec(text)?.[1])]),
      );
      expect(found).toEqual(architectures[name].calls);
    });
});
