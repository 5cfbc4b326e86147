/** Which program a name means, where folders on the PATH may not be searched. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findProgram } from '../../src/record/launch/command-check.js';

const isRoot = process.getuid?.() === 0;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pyspy-path-'));
  for (const name of ['closed', 'open']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'tool'), '', { mode: 0o755 });
  }
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'closed'), 0o600);
  vi.stubEnv('PATH', `${join(folder, 'closed')}:${join(folder, 'open')}`);
  // To root every folder is open.
  if (isRoot) process.seteuid!(65534);
});
afterEach(() => {
  if (isRoot) process.seteuid!(0);
  vi.unstubAllEnvs();
  chmodSync(join(folder, 'closed'), 0o700);
  rmSync(folder, { recursive: true });
});

test('one that may not be searched is passed over, as execvp does', () => {
  expect(String(findProgram(Buffer.from('tool')))).toBe(join(folder, 'open', 'tool'));
});

test('what is in none that may be is not there', () => {
  vi.stubEnv('PATH', join(folder, 'closed'));
  expect(findProgram(Buffer.from('tool'))).toBeNull();
});
