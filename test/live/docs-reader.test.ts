/** The reader in docs/ is a complete one: it needs Python alone, stands in the docs, and agrees with `top`. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeOnePython } from '../support/each-python.js';
import { ask, workFolder } from '../support/pyspy.js';
import { rootOf } from '../support/targets.js';

const reader = fileURLToPath(new URL('../../docs/reader.py', import.meta.url));
const golden = (name: string) => fileURLToPath(new URL(`../golden/traces/${name}`, import.meta.url));

test('docs/format.md shows the reader as it is', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/format.md', import.meta.url)), 'utf8');
  expect(page).toContain(`\`\`\`python\n${readFileSync(reader, 'utf8')}\`\`\`\n`);
});

describeOnePython('the reader of the docs', (python) => {
  test.each(['v2-complete.trace', 'v2-before.trace', 'v2-after.trace'])('agrees on %s', async (name) => {
    const printed = new Map<string, number>();
    const root = await rootOf(python);
    // An interpreter that lives in another root sees what is put there.
    const inside = root === '/' ? workFolder() : '/tmp/pyspy-test-reader';
    const outside = root === '/' ? inside : root + inside;
    mkdirSync(outside, { recursive: true });
    copyFileSync(reader, `${outside}/reader.py`);
    copyFileSync(golden(name), `${outside}/${name}`);
    const text = execFileSync(python.path, [`${inside}/reader.py`, `${inside}/${name}`], {
      encoding: 'utf8',
    });
    for (const [, seconds, label] of text.matchAll(
      /^ *(\d+\.\d{6}) {2}([\s\S]*?)(?=\n *\d+\.\d{6} {2}|\n$)/gm,
    ))
      printed.set(label!, Number(seconds));
    const expected = new Map<string, number>();
    const top = await ask('top', golden(name), '--idle', '--limit', '0');
    for (const { function: label, self_s } of top.rows)
      if (self_s > 0) expected.set(label!, (expected.get(label!) ?? 0) + self_s);
    const known = [...expected].filter(([label]) => printed.has(label));
    // Names of kinds that it does not know it prints as they are.
    expect(known.length).toBeGreaterThanOrEqual(expected.size - 1);
    for (const [label, seconds] of known) expect(printed.get(label), label).toBeCloseTo(seconds, 4);
  });
});
