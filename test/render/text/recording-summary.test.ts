/** What the start of a recording says of its stacks. */
import { expect, test } from 'vitest';
import { chooseSampler } from '../../../src/commands/options/recording-options.js';
import { describeSampler } from '../../../src/render/text/recording-summary.js';

const refusal = { missing: 'bpf is not allowed', help: 'run pyspy as root' };

test.each([
  [
    'memory',
    { kind: 'memory', refusal: null },
    null,
    /^native frames of threads that wait \(sampler: memory\)\.$/,
  ],
  [
    'auto',
    { kind: 'kernel', refusal: null },
    /\(sampler: kernel\)$/,
    /^native frames of all threads, .*\(sampler: kernel\)$/,
  ],
  [
    'auto',
    { kind: 'memory', refusal },
    /\(sampler: memory\)$/,
    /that wait .*bpf is not allowed; run pyspy as root$/,
  ],
  [
    'kernel',
    { kind: 'memory', refusal },
    /not possible here: bpf .*; run/,
    /that wait .*bpf is not allowed; run pyspy as root$/,
  ],
] as const)('%s, %j', (wanted, use, plain, native) => {
  if (plain === null) expect(describeSampler(wanted, use)).toBeNull();
  else expect(describeSampler(wanted, use)).toMatch(plain);
  expect(describeSampler(wanted, use, true)).toMatch(native);
});

test('native frames of running threads are asked of the kernel, unless something else is wanted', () => {
  expect(chooseSampler({})).toBe('memory');
  expect(chooseSampler({ native: true })).toBe('auto');
  for (const sampler of ['memory', 'kernel', 'auto'] as const)
    for (const native of [true, false]) expect(chooseSampler({ sampler, native })).toBe(sampler);
});
