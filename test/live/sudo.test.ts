/** A command that root starts for somebody else, as sudo tells. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startPyspy, workFolder } from '../support/pyspy.js';

const isRoot = process.geteuid?.() === 0;
// Whoever is not root may not see an interpreter in root's home.
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
