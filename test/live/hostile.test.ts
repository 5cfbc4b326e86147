/** Processes that are made to hold up who looks at them. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Child } from '../support/child.js';
import { canCompile, compileProgram } from '../support/compiled.js';
import { until } from '../support/conditions.js';
import { describeEachPython, describePythonHere } from '../support/each-python.js';
import { ask, pyspy, startBehind, startPyspy, traceName } from '../support/pyspy.js';
import { atEnd } from '../support/scope.js';
import { startTarget } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

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

describePythonHere('memory in which a million words look like an interpreter', (python) => {
  const isGivenUp = /the search for its interpreter was given up/;

  test.skipIf(!canCompile)('is not searched to its end by ps, dump and record', async () => {
    const target = new Child([compileProgram('fake_python.c', 'python3.8')]);
    atEnd(() => target.stop());
    const pid = String(await target.told<number>('ready'));
    for (const command of [
      ['dump', '--pid', pid],
      ['record', '-o', traceName(), '--pid', pid],
    ]) {
      const { status, stderr } = await pyspy(...command);
      expect(status).toBe(5);
      expect(stderr).toMatch(isGivenUp);
    }
    expect(await pyspy('ps')).toMatchObject({ status: 0 });
  });

  test.skipIf(!canCompile)('does not keep a recording of its family from ending in time', async () => {
    const fake = compileProgram('fake_python.c', 'python3.8');
    const program = 'import subprocess, sys; p = subprocess.Popen(sys.argv[1]); p.wait()';
    for (const ending of ['-d', 'SIGINT']) {
      const trace = traceName();
      const recorder = startPyspy([
        ...['record', '-s', '-o', trace, ...(ending === '-d' ? ['-d', '2s'] : [])],
        ...['--stop', '--', python.path, '-c', program, fake],
      ]);
      await recorder.told('ready');
      if (ending === 'SIGINT') {
        await until('it is recorded', () => (infoNow(trace)?.samples ?? 0) > 5);
        recorder.kill('SIGINT');
      }
      await recorder.exited;
      const { recordings, processes } = await ask('info', trace);
      expect(recordings[0]!.end_reason).toMatch(ending === '-d' ? /duration/ : /interrupted|target-exited/);
      expect(processes).toHaveLength(1);
    }
  });
});

describeEachPython(
  '300 threads whose frames lead into one chain of 100,000',
  (python) => {
    test('are each sampled, and the recording ends', async () => {
      const target = await startTarget(python, 'one_chain.py', '300', '100000');
      const trace = traceName();
      const recorder = startPyspy(['record', '-o', trace, '-d', '1s', '--pid', String(target.pid)]);
      expect(await recorder.exited).toMatchObject({ status: 0 });
      const info = await ask('info', trace);
      expect(info.recordings[0]!.end_reason).toBe('duration');
      expect(info.samples).toBeGreaterThanOrEqual(302);
      const top = await ask('top', trace, '--idle');
      // Of most the outer end is not followed, and they say so.
      expect(top.truncated).toBeGreaterThan(250);
      expect(top.failed).toBe(0);
      expect(top.rows.map((row) => row.function)).toContain('loop');
    });
  },
  ['3.8', '3.10'],
);
