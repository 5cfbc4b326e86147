/** `record --all`: every Python that an expression names, as they come and go; `--budget`: what the recorder takes of a CPU. */
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Child } from '../support/child.js';
import { cpuTicks, isAlive, until } from '../support/conditions.js';
import { describeOnePython } from '../support/each-python.js';
import { ask, pyspy, startPyspy, traceName, workFolder } from '../support/pyspy.js';
import { atEnd } from '../support/scope.js';
import { commandOf } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

/** A command line that only this test has in it. */
const mark = `all-of-${process.pid}`;

describeOnePython('record --all', (python) => {
  async function startMarked(...words: string[]): Promise<Child> {
    const child = new Child([...(await commandOf(python, 'crowd.py', '1')), ...words]);
    atEnd(() => child.stop());
    await child.told<number>('ready');
    return child;
  }

  const recorded = (trace: string) => infoNow(trace)?.processes.map(({ pid }) => pid) ?? [];

  test('follows those that match as they come and go, and no other', async () => {
    const trace = traceName();
    const stranger = await startMarked('somebody-else');
    const recorder = startPyspy(['record', '--all', `crowd\\.py 1 ${mark}|${mark}$`, '-o', trace]);
    await until('it says that it waits', () => recorder.stderr.includes('yet: waiting for one to come'));
    const first = await startMarked(`${mark}-a`);
    await until('the first is recorded', () => recorded(trace).includes(first.pid));
    const second = await startMarked(`${mark}-b`);
    // Of another kind: its command line matches, and it is no Python.
    const shell = new Child(['sh', '-c', 'sleep 600; true', mark]);
    atEnd(() => shell.stop());
    await until('the second is recorded', () => recorded(trace).includes(second.pid));
    await first.stop();
    await until('the first is gone', () => !isAlive(first.pid));
    const third = await startMarked(`${mark}-c`);
    await until('the third is recorded', () => recorded(trace).includes(third.pid));
    await second.stop();
    await third.stop();
    // None is left: that is no end.
    const fourth = await startMarked(`${mark}-d`);
    await until('the fourth is recorded', () => recorded(trace).includes(fourth.pid));
    process.kill(recorder.pid, 'SIGTERM');
    const { status, stderr } = await recorder.exited;
    expect(status).toBe(0);
    expect(stderr.match(/waiting for one to come/g)).toHaveLength(1);
    expect(stderr).toMatch(/interrupted after .* of 4 processes/);
    const { processes } = await ask('info', trace);
    const pids = [first, second, third, fourth].map(({ pid }) => pid);
    expect(processes.map(({ pid }) => pid)).toEqual(pids);
    expect(processes.map(({ pid }) => pid)).not.toContain(stranger.pid);
    const { rows } = await ask('top', trace, '--by', 'process');
    expect(rows.map((row) => row.process?.pid).sort()).toEqual([...pids].sort());
    expect((await pyspy('verify', trace)).status).toBe(0);
  });

  test('looks again at what runs another program later', async () => {
    const trace = traceName();
    const gate = join(workFolder(), 'gate');
    const script = join(workFolder(), 'launcher.sh');
    const command = await commandOf(python, 'crowd.py', '1', `${mark}-later`);
    // What it will run stands in no command line before.
    const words = command.map((word) => `'${word}'`).join(' ');
    writeFileSync(script, `#!/bin/sh\nwhile [ ! -e '${gate}' ]; do sleep 0.05; done\nexec ${words}\n`);
    chmodSync(script, 0o755);
    const launcher = new Child(['sh', script]);
    atEnd(() => launcher.stop());
    const there = await startMarked(`${mark}-there`);
    const recorder = startPyspy(['record', '--all', `${mark}-`, '-o', trace]);
    await until('it records', () => recorded(trace).includes(there.pid));
    copyFileSync(script, gate);
    await until(
      'what replaced the launcher is recorded',
      () => recorded(trace).includes(launcher.pid),
      60_000,
    );
    process.kill(recorder.pid, 'SIGINT');
    expect((await recorder.exited).status).toBe(0);
  });

  test('says at the end of --duration that none came', async () => {
    const { status, stderr } = await pyspy('record', '--all', `${mark}-none`, '-d', '1s', '-o', traceName());
    expect(status).toBe(5);
    expect(stderr).toMatch(/^pyspy: no Python matches .*-none yet: waiting/);
    expect(stderr).toMatch(/nothing was recorded: no Python came whose command line matches .*-none\n/);
  });

  test('with --budget takes about that, and says what it did', async () => {
    const trace = traceName();
    const busy = new Child([
      ...(await commandOf(python, 'shapes.py')).slice(0, -1).concat('-c'),
      `import threading
def burn():
    while True: sum(range(500))
for _ in range(19): threading.Thread(target=burn, daemon=True).start()
print('{"ready": 1}', flush=True)
burn()  # ${mark}-busy`,
    ]);
    atEnd(() => busy.stop());
    await busy.told<number>('ready');
    const words = ['record', '--all', `${mark}-busy`, '--rate', '1000', '--budget', '5%', '-o', trace];
    const recorder = startPyspy(words);
    await until(
      'it lowers the rate',
      () => recorder.stderr.includes('the rate is lowered from 1000 Hz'),
      60_000,
    );
    // What it takes over a stretch: of the stretches that follow one is below, the first may be the one in which it settles.
    const seconds = 10;
    let share = Number.POSITIVE_INFINITY;
    let before = { ticks: cpuTicks(recorder.pid), atMs: performance.now() };
    await until(
      'it keeps to the budget, by a wide margin',
      () => {
        const now = { ticks: cpuTicks(recorder.pid), atMs: performance.now() };
        if (now.atMs - before.atMs < seconds * 1000) return false;
        share = (now.ticks - before.ticks) / 100 / ((now.atMs - before.atMs) / 1000);
        before = now;
        return share < 0.1;
      },
      120_000,
    );
    process.kill(recorder.pid, 'SIGINT');
    const { status, stderr } = await recorder.exited;
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /the rate was lowered to \S+ Hz on average, to keep to the budget of 5 % of a CPU \(--rate 1000\)/,
    );
    const info = await ask('info', trace);
    expect(info.spared).toBeGreaterThan(info.ticks);
    expect(info.lowered_hz).toBeLessThan(700);
  });
});
