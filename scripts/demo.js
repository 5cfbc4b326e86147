// The main job for real, on demo/orders.py: two recordings, the top of one, a flame graph of its second half, and
// the difference between the two. Everything stays in demo-out/.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = 'demo-out';
const seconds = process.env.PYSPY_DEMO_SECONDS ?? '6';
const python = process.env.PYSPY_DEMO_PYTHON ?? 'python3';

/** @param {string[]} args words after "pyspy" */
function pyspy(...args) {
  console.log(`\n$ npx pyspy ${args.join(' ')}`);
  const run = spawnSync(process.execPath, [`${root}bin/pyspy.js`, ...args], { cwd: root, stdio: 'inherit' });
  if (run.status !== 0) process.exit(run.status ?? 1);
}

const version = spawnSync(python, ['--version'], { encoding: 'utf8' });
if (version.status !== 0) {
  console.error(
    `The demo needs a ${python} on the PATH (CPython 3.6 to 3.15: its program uses f-strings), or one named in PYSPY_DEMO_PYTHON.`,
  );
  process.exit(1);
}
console.log(
  `pyspy demo: ${(version.stdout || version.stderr).trim()} runs demo/orders.py, twice for ${seconds} s`,
);
rmSync(`${root}${out}`, { recursive: true, force: true });
mkdirSync(`${root}${out}`);

pyspy('record', '-o', `${out}/before.trace`, '--', python, 'demo/orders.py', seconds);
// The command stays the same: two different ones are not compared.
const slow = ['env', 'SLOW_TAX=1'];
pyspy('record', '-o', `${out}/after.trace`, '--', ...slow, python, 'demo/orders.py', seconds);
pyspy('top', `${out}/before.trace`, '--limit', '10');
pyspy('flame', `${out}/before.trace`, '--from', '50%', '-o', `${out}/second-half.svg`);
pyspy('diff', `${out}/before.trace`, `${out}/after.trace`, '--limit', '10', '--flame', `${out}/diff.svg`);

console.log(`
The results are in ${root}${out}:
  before.trace, after.trace   the recordings
  second-half.svg             flame graph of the second half of the first: open it in a browser, click, press /
  diff.svg                    what changed; one run of each proves little, and what may be chance is grey. Planted: tax()`);
