/** Files that are read before they run are found again by what the memory map of a process calls them. */
import { expect, test } from 'vitest';
import { readExecutable, readMaps } from '../../../src/platform/linux/proc.js';
import { foresee } from '../../../src/record/sampling/foresight.js';
import { ElfCache, listModules } from '../../../src/record/target/modules.js';
import { Child } from '../../support/child.js';
import { until } from '../../support/conditions.js';

test('a binary is known by device and inode', async ({ skip }) => {
  const child = new Child(['sleep', '600']);
  try {
    await until('it runs', () => /sleep|coreutils|busybox/.test(readExecutable(child.pid)));
    const [module] = listModules(child.pid, readMaps(child.pid));
    const cache = new ElfCache(new Set(['main']));
    cache.learn(module!.path);
    // No such process and no such path: only what was learned can be there.
    const known = cache.parse(0, { ...module!, path: '/no/such/file' });
    // Some file systems show another device in memory maps than to stat(2): the file is then read when it runs.
    if (known === null) return skip('memory maps have other devices here');
    expect(known.segments.length).toBeGreaterThan(0);
  } finally {
    await child.stop();
  }
});

test('what is no program, or none that can be read, is no error', () => {
  for (const command of ['no-such-program', '/', '', '/etc/passwd'])
    expect(() => foresee(command)).not.toThrow();
});
