// node scripts/bundle/code.js FOLDER MODULES: runs commands of FOLDER/bundle/ on the golden traces, and keeps the byte code of what
// they ran, so that the next to run them need not compile it. MODULES has the compiled modules of pyspy.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder, modules] = process.argv.slice(2);
const traces = fileURLToPath(new URL('../../test/golden/traces', import.meta.url));
const { codeFile, load, loaded } = createRequire(import.meta.url)(`${folder}/bundle/load.cjs`);
const { recordedSystem } = await import(`${modules}/platform/recorders.js`);
const { run } = load('cli');
const scratch = mkdtempSync(join(tmpdir(), 'pyspy-code-'));
try {
  const [before, after] = ['before', 'after'].map((side) => {
    const copy = join(scratch, `${side}.trace`);
    copyFileSync(join(traces, `v2-${side}.trace`), copy);
    return copy;
  });
  const svg = join(scratch, 'picture.svg');
  const commands = [
    ['--help'],
    ['info', before],
    ['top', before],
    ['top', before, '--from', '10%', '--to', '90%'],
    ['flame', before, '-o', svg],
    ['flame', before, '--from', '10%', '-o', svg],
    ['diff', before, after, '--flame', svg],
    ['dump', before, '--at', '50%'],
    ['verify', before],
  ];
  for (const words of commands) {
    const status = await run(['node', 'pyspy', ...words]);
    if (status !== 0) throw new Error(`pyspy ${words.join(' ')} ended with status ${status}`);
  }
  // The recorder's thread has its practice, also where this machine is one that pyspy cannot record on.
  const { rehearse } = load('worker');
  if (recordedSystem() !== null && rehearse(200e6) === 0) throw new Error('the recorder could not practise');
  for (const [name, { script }] of loaded) writeFileSync(codeFile(name), script.createCachedData());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
