/** The shell loop of docs/ci.md, on a program that got slower, and on one that did not. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Child } from '../support/child.js';
import { describeEachPython } from '../support/each-python.js';
import { workFolder } from '../support/pyspy.js';
import { atEnd } from '../support/scope.js';
import { rootOf } from '../support/targets.js';

const script = fileURLToPath(new URL('../../docs/ci/compare.sh', import.meta.url));
const cli = fileURLToPath(new URL('../../bin/pyspy.js', import.meta.url));

/** A program that does its work, some two seconds of it, and ends; what \`tax\` has to do is a share of what \`parse\` has. */
const program = (share: number) => `
def parse(rounds):
    for _ in range(rounds): sum(range(500))
def tax(rounds):
    for _ in range(rounds): sum(range(500))
def main():
    for _ in range(100):
        parse(3000)
        tax(${Math.round(3000 * share)})
main()
`;

async function compare(command: string[], base: number, head: number, env: Record<string, string> = {}) {
  const folder = workFolder();
  for (const [side, share] of [
    ['base', base],
    ['head', head],
  ] as const) {
    mkdirSync(join(folder, side));
    writeFileSync(join(folder, side, 'bench.py'), program(share));
  }
  const child = new Child(['sh', script, 'base', 'head', ...command], {
    cwd: folder,
    env: { ...process.env, PYSPY: `${process.execPath} ${cli}`, ...env },
  });
  atEnd(() => child.stop());
  return { ...(await child.exited), out: join(folder, 'pyspy-out') };
}

describeEachPython(
  'the loop of docs/ci.md',
  (python) => {
    test('fails a change that made a function take four times as long', async ({ skip }) => {
      if ((await rootOf(python)) !== '/') return skip('its files lie in its own root');
      const { status, stdout, out } = await compare([python.path, 'bench.py'], 0.15, 0.6, {
        DIFF: '--format github',
      });
      expect(stdout).toMatch(/slower .* tax +bench\.py/);
      expect(stdout).toMatch(/^::(error|warning) .*title=tax is slower/m);
      expect(stdout.replace(/\s+/g, ' ')).toMatch(
        /Compared are CPU seconds per run, since each is a whole run/,
      );
      expect(stdout).not.toMatch(/^faster /m);
      expect(status).toBe(1);
      expect(readdirSync(out).filter((name) => !name.endsWith('.trace'))).toEqual(
        ['diff.json', 'diff.sarif', 'diff.svg', 'junit.xml', 'summary.md'].sort(),
      );
      expect(readFileSync(join(out, 'summary.md'), 'utf8')).toMatch(/\*\*slower\*\* \| `tax`/);
      expect(readFileSync(join(out, 'junit.xml'), 'utf8')).toMatch(/name="tax"[^>]*><failure type="slower"/);
    });

    test('passes one that changed nothing', async ({ skip }) => {
      if ((await rootOf(python)) !== '/') return skip('its files lie in its own root');
      const { status, out } = await compare([python.path, 'bench.py'], 0.3, 0.3, { DIFF: '--threshold 10' });
      expect(status).toBe(0);
      expect(JSON.parse(readFileSync(join(out, 'diff.json'), 'utf8')).a.runs).toHaveLength(4);
    });

    test('ends with the status of a program that fails', async ({ skip }) => {
      if ((await rootOf(python)) !== '/') return skip('its files lie in its own root');
      const { status } = await compare([python.path, '-c', 'raise SystemExit(7)'], 0.3, 0.3);
      expect(status).toBe(7);
    });
  },
  ['3.12'],
);
