// The main job for real, on demo/orders.py: recordings of it as it is and with a slower tax(), the top of one, a flame graph
// of its second half, and the difference between the two sides, which says what was made slower. Everything stays in demo-out/.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = 'demo-out';
/** Of a run's work: a second each, about. */
const rounds = process.env.PYSPY_DEMO_ROUNDS ?? '2';
/** Of each side: one run each proves nothing, as runs of one program differ, too. */
const runs = 6;
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
  `pyspy demo: ${(version.stdout || version.stderr).trim()} runs demo/orders.py, ${runs} times as it is and ${runs} times with a slower tax()`,
);
rmSync(`${root}${out}`, { recursive: true, force: true });
mkdirSync(`${root}${out}`);

/** @param {string} side */
const tracesOf = (side) => Array.from({ length: runs }, (_, at) => `${out}/${side}${at + 1}.trace`);
const [before, after] = [tracesOf('before'), tracesOf('after')];
// In turn, so that whatever else the machine does meets both sides alike. The command stays the same: two different
// ones are not compared.
for (let at = 0; at < runs; at++) {
  pyspy('record', '-o', `${before[at]}`, '--', python, 'demo/orders.py', rounds);
  pyspy('record', '-o', `${after[at]}`, '--', 'env', 'SLOW_TAX=1', python, 'demo/orders.py', rounds);
}
pyspy('top', `${before[0]}`, '--limit', '10');
pyspy('flame', `${before[0]}`, '--from', '50%', '-o', `${out}/second-half.svg`);
pyspy('report', `${before[0]}`, '-o', `${out}/report.html`);
pyspy('diff', ...before, '--', ...after, '--limit', '10', '--flame', `${out}/diff.svg`);
pyspy('report', ...before, '--', ...after, '-o', `${out}/diff.html`);

console.log(`
The results are in ${root}${out}:
  before1.trace, after1.trace …   the recordings
  second-half.svg                 flame graph of the second half of the first: open it in a browser, click, press /
  report.html                     all of the first: drag over the timeline
  diff.svg                        what changed: tax() was made slower, and what may be chance is grey
  diff.html                       the same with its table, as a page`);
