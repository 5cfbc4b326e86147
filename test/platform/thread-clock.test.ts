/** What Linux says of a thread beside its state: where it is, and when the scheduler accounted for it; whatever it is called. */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Descriptors } from '../../src/platform/linux/proc-file.js';
import { LinuxThreadClock } from '../../src/platform/linux/thread-clock.js';
import { until } from '../support/conditions.js';

const [sleep, taskset] = ['/bin/sleep', '/usr/bin/taskset'];
const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
const cpus = /^Cpus_allowed_list:\t(.*)$/m
  .exec(status)![1]!
  .split(',')
  .map((range) => Number(range.split('-')[0]));

/** A process that sleeps on one CPU, with a name. */
async function startSleeper(name: string, cpu: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'pyspy-test-'));
  const path = join(folder, name);
  copyFileSync(sleep, path);
  const child = spawn(taskset, ['-c', String(cpu), path, '60'], { stdio: 'ignore' });
  onTestFinished(() => {
    child.kill();
    rmSync(folder, { recursive: true });
  });
  const pid = child.pid!;
  const isThere = (): boolean =>
    readFileSync(`/proc/${pid}/comm`, 'utf8') === `${name.slice(0, 15)}\n` &&
    readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') S ');
  await until('it sleeps', () => isThere() || undefined);
  return pid;
}

describe.skipIf(!existsSync(sleep) || !existsSync(taskset))('a thread called', () => {
  test.each(['plain', 'a) R 1 2 (b', ') R', '-\nse.exec_start', ': 1.000000\n'])('%j', async (name) => {
    const cpu = cpus.at(-1)!;
    const pid = await startSleeper(name, cpu);
    const clock = new LinuxThreadClock(pid, pid, new Descriptors(8));
    onTestFinished(() => clock.close());
    expect(clock.update()).toBe(true);
    expect(clock.onCpu).toBe(false);
    expect(clock.cpu()).toBe(cpu);
    const path = `/proc/${pid}/sched`;
    const line = existsSync(path)
      ? /.*^se\.exec_start +: +([0-9.]+)$/ms.exec(readFileSync(path, 'utf8'))
      : null;
    expect(clock.accountedNs()).toBe(line === null ? null : Number(line[1]!.replace('.', '')));
  });

  test('nothing once it has ended', async () => {
    const pid = await startSleeper('ends', cpus[0]!);
    const clock = new LinuxThreadClock(pid, pid, new Descriptors(8));
    onTestFinished(() => clock.close());
    expect([clock.cpu(), clock.accountedNs()]).not.toContain(undefined);
    process.kill(pid);
    await until('it has ended', () => !existsSync(`/proc/${pid}`) || undefined);
    expect([clock.cpu(), clock.accountedNs()]).toEqual([null, null]);
  });
});
