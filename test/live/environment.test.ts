/** What the environment says: defaults of options, and for whom root starts a command. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeOnePython } from '../support/each-python.js';
import { ask, startPyspy, workFolder } from '../support/pyspy.js';
import { startTarget } from '../support/targets.js';

const isRoot = process.geteuid?.() === 0;
// Other users may not see an interpreter in root's home.
const python = '/usr/bin/python3';

test.skipIf(!isRoot || !existsSync(python))(
  'under sudo, a command runs as who called it, and is recorded (needs root and /usr/bin/python3)',
  async () => {
    const folder = workFolder();
    chmodSync(folder, 0o777);
    const program = `import os, time
open('ids', 'w').write(' '.join([str(os.getuid()), str(os.getgid()), os.environ['USER'], os.environ['HOME']]))
end = time.time() + 1
while time.time() < end: sum(range(1000))`;
    const home = spawnSync('sh', ['-c', 'getent passwd 65534 | cut -d: -f6'], {
      encoding: 'utf8',
    }).stdout.trim();
    const recorder = startPyspy(['record', '-o', join(folder, 'run.trace'), '--', python, '-c', program], {
      cwd: folder,
      env: { ...process.env, SUDO_UID: '65534', SUDO_GID: '65534', SUDO_USER: 'nobody' },
    });
    expect(await recorder.exited).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, 'ids'), 'utf8')).toBe(`65534 65534 nobody ${home}`);
  },
);

/** A user with groups beside that of the login, as those of docker and video are. */
const grouped = readFileSync('/etc/group', 'utf8')
  .split('\n')
  .map((line) => line.split(':')[3]?.split(',')[0] ?? '')
  .find((name) => name !== '' && name !== 'root');

test.skipIf(!isRoot || !existsSync(python) || grouped === undefined)(
  'under sudo, a command has all groups of who called it, and root stays root (needs root and a user with several groups)',
  async () => {
    const folder = workFolder();
    chmodSync(folder, 0o777);
    const id = (option: string) => spawnSync('id', [option, grouped!], { encoding: 'utf8' }).stdout.trim();
    const sorted = (ids: string) =>
      ids
        .split(/\s+/)
        .map(Number)
        .sort((a, b) => a - b);
    const program = `import os, time
status = open('/proc/self/status').read().split('\\n')
print([line.split()[1:] for line in status if line.split(':')[0] in ('Uid', 'Gid', 'Groups', 'CapEff', 'CapPrm')], flush=True)
time.sleep(0.3)`;
    const recorder = startPyspy(['record', '-o', join(folder, 'run.trace'), '--', python, '-c', program], {
      cwd: folder,
      env: { ...process.env, SUDO_UID: id('-u'), SUDO_GID: id('-g'), SUDO_USER: grouped! },
    });
    const { status, stdout } = await recorder.exited;
    expect(status).toBe(0);
    const [uids, gids, groups, permitted, effective] = JSON.parse(stdout.replaceAll("'", '"')) as string[][];
    // Real, effective, saved and file system's: none of root's is left to go back to.
    expect(uids).toEqual(Array(4).fill(id('-u')));
    expect(gids).toEqual(Array(4).fill(id('-g')));
    expect(groups!.map(Number).sort((a, b) => a - b)).toEqual(sorted(id('-G')));
    expect(groups!.length).toBeGreaterThan(1);
    expect([permitted, effective]).toEqual([['0000000000000000'], ['0000000000000000']]);
    // The trace is root's, as the recorder that wrote it to its end.
    expect(statSync(join(folder, 'run.trace')).uid).toBe(0);
    expect((await ask('info', join(folder, 'run.trace'))).state).toBe('complete');
  },
);

describeOnePython('options', (interpreter) => {
  test('take defaults from the environment, and what is typed counts more', async () => {
    const target = await startTarget(interpreter, 'share.py');
    const trace = join(workFolder(), 'run.trace');
    const record = (...args: string[]) =>
      startPyspy(['record', '--pid', String(target.pid), '-o', trace, '--force', ...args], {
        env: { ...process.env, PYSPY_RATE: '50', PYSPY_DURATION: '0.5s' },
      }).exited;
    expect(await record()).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('time is up after 0.5 s'),
    });
    expect((await ask('info', trace)).rate_hz).toBe(50);
    expect(await record('--rate', '20')).toMatchObject({ status: 0 });
    expect((await ask('info', trace)).rate_hz).toBe(20);
    // To a command that shows a trace they are nothing that was said wrong.
    const top = startPyspy(['top', trace], { env: { ...process.env, PYSPY_RATE: '50', PYSPY_LIMIT: '1' } });
    const { status, stdout } = await top.exited;
    expect({ status, rows: stdout.match(/share\.py:/g)?.length }).toEqual({ status: 0, rows: 1 });
  });
});
