/** Processes that are made to hold up who looks at them. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Child } from '../support/child.js';
import { until } from '../support/conditions.js';
import { startBehind } from '../support/pyspy.js';
import { atEnd } from '../support/scope.js';

/** Without the right to open mapped files as such (proc(5), map_files), as most users are, and root in a container. */
const asMostUsers =
  process.geteuid!() === 0 ? ['setpriv', '--bounding-set=-sys_admin,-checkpoint_restore'] : ['env'];

test('a pipe at the path of a mapped library holds up neither ps, nor dump, nor record', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pyspy-test-'));
  atEnd(() => rmSync(folder, { recursive: true }));
  const library = join(folder, 'libpython3.8.so');
  const libm = /(\/\S*\/libc\.so\.6)$/m.exec(readFileSync('/proc/self/maps', 'utf8'))![1]!;
  copyFileSync(libm.replace('libc.so', 'libm.so'), library);
  const target = new Child(['sleep', '600'], { env: { ...process.env, LD_PRELOAD: library } });
  atEnd(() => target.stop());
  await until('the library is mapped', () =>
    readFileSync(`/proc/${target.pid}/maps`, 'utf8').includes(library),
  );
  rmSync(library);
  expect(spawnSync('mkfifo', [library]).status).toBe(0);
  const pid = String(target.pid);
  const said = { status: 5, stderr: expect.stringContaining(`process ${pid} is not a running Python`) };
  expect(await startBehind(asMostUsers, ['ps']).exited).toMatchObject({ status: 0 });
  expect(await startBehind(asMostUsers, ['dump', '--pid', pid]).exited).toMatchObject(said);
  const output = join(folder, 'a.trace');
  expect(await startBehind(asMostUsers, ['record', '-o', output, '--pid', pid]).exited).toMatchObject(said);
});
