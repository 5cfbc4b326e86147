/** The rows against the debugging information of interpreters that have some: what `npm run offsets` prints. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseElf } from '../../src/record/symbols/elf.js';
import { readBuild } from '../support/builds.js';
import { findPythons } from '../support/pythons.js';

const script = fileURLToPath(new URL('../../scripts/offsets.js', import.meta.url));
const hasGdb = spawnSync('gdb', ['--version']).status === 0;
// Free-threaded builds and those with a longer head are made from the rows, not in them.
const pythons = findPythons().filter(({ freeThreaded, debug }) => !freeThreaded && !debug);

describe('the row of', () => {
  if (!hasGdb) test.skip('any CPython: there is no gdb', () => {});
  else
    test.for(pythons)('CPython $title is what its debugging information says', async (python, context) => {
      const { library, executable } = await readBuild(python);
      const file = library ?? executable;
      const sections = parseElf(readFileSync(file), new Set())?.sections ?? [];
      // That is so of most that are not under pyenv.
      if (!sections.some(({ name }) => name === '.debug_info'))
        context.skip('this Python has no debugging information');
      const { status, stdout } = spawnSync(process.execPath, [script, file, python.minor], {
        encoding: 'utf8',
      });
      expect(stdout).toMatch(/\d fields are the same, 0 differ, 0 are not known/);
      expect(status).toBe(0);
    });
});
