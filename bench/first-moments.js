/**
 * What a recording has of the first moments: of a command that lives shortly, alone and beside busy loops; of the first
 * second at 1 kHz; and what the start of `record --pid` takes until the first sample.
 */
import { spawn } from 'node:child_process';
import { Child } from './child.js';
import { readCounts } from './formats/trace.js';
import { pyspyCommand } from './pyspy.js';
import { targetCommand } from './pythons.js';
import { median } from './statistics.js';
import { figure, percent } from './table.js';

const busyLoops = 4;
const ticksHz = 100;

/** Computes for so long, then prints the seconds since its process began: to a hundredth, and half of that too many. */
const program = `import os, sys, time
def busy(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass
busy(float(sys.argv[1]))
with open("/proc/self/stat") as f:
    began = int(f.read().rsplit(")", 1)[1].split()[19])
print(time.clock_gettime(7) - began / os.sysconf("SC_CLK_TCK"))
`;

/** @param {import('./context.js').Context} context @param {import('./pythons.js').Python} python */
export async function measureShares(context, python) {
  const rows = context.table(
    `Share of a short program's life that pyspy samples (${ticksHz} Hz, medians)`,
    'program',
    'beside it',
    'share',
    'least',
    'missed, of due',
  );
  for (const loops of [0, busyLoops])
    for (const seconds of [0.3, 0.5])
      await context.attempt(`share of ${seconds} s, ${loops} busy loops beside it`, async () => {
        const beside = Array.from({ length: loops }, () =>
          spawn(python.path, ['-c', 'while True: pass'], { stdio: 'ignore' }),
        );
        /** @type {number[]} */
        const shares = [];
        let [ticks, missed] = [0, 0];
        try {
          for (let round = 0; round < (context.quick ? 6 : 40); round++) {
            const file = context.file('share');
            const words = ['record', '-r', `${ticksHz}`, '-o', file, '--'];
            const child = new Child([...pyspyCommand, ...words, python.path, '-c', program, `${seconds}`]);
            const { stdout } = await child.ended;
            // A recording without a sample is one, too.
            const counts = await readCounts(file).catch(() => ({ ticks: 0, missed: 0 }));
            // The start of a process is known in whole hundredths, rounded down.
            const lived = Number.parseFloat(stdout) - 0.005;
            if (Number.isFinite(lived)) shares.push(counts.ticks / ticksHz / lived);
            ticks += counts.ticks;
            missed += counts.missed;
            context.discard(file);
          }
        } finally {
          for (const child of beside) child.kill('SIGKILL');
        }
        const share = median(shares);
        context.note(`first/${seconds}/${loops}/share`, share);
        rows.push([
          `${seconds} s`,
          loops === 0 ? 'nothing' : `${loops} busy loops`,
          ...[share, Math.min(...shares), missed / Math.max(1, ticks + missed)].map(percent),
        ]);
      });
}

/** @param {import('./context.js').Context} context @param {import('./pythons.js').Python} python */
export async function measureFirstSecond(context, python) {
  const rows = context.table(
    'pyspy record --pid, one busy thread (medians)',
    'start to first sample, ms',
    'CPU of a recording of 20 ms, all in, ms',
    'missed in the first second at 1 kHz',
  );
  await context.attempt('first second at 1 kHz', async () => {
    const target = new Child(targetCommand(python, 'depth', '12', '1', 'one'));
    try {
      await target.told('ready');
      const [first, missed, cpu] = [
        /** @type {number[]} */ ([]),
        /** @type {number[]} */ ([]),
        /** @type {number[]} */ ([]),
      ];
      for (let round = 0; round < (context.quick ? 4 : 20); round++) {
        const file = context.file('first');
        const before = Date.now();
        await record(target.pid, file, '1s');
        const counts = await readCounts(file);
        first.push(counts.firstTickMs - before);
        missed.push(counts.missed / (counts.ticks + counts.missed));
        context.discard(file);
        cpu.push((await record(target.pid, file, '20ms')).cpuUs / 1000);
        context.discard(file);
      }
      context.note('first/pid/wall_ms', median(first));
      context.note('first/pid/cpu_ms', median(cpu));
      context.note('first/pid/missed', median(missed));
      rows.push([figure(median(first)), figure(median(cpu)), percent(median(missed))]);
    } finally {
      await target.kill();
    }
  });
}

/** @param {number} pid @param {string} file @param {string} duration */
function record(pid, file, duration) {
  const words = ['record', '--pid', `${pid}`, '-r', '1000', '-d', duration, '-o', file];
  return new Child([...pyspyCommand, ...words]).ended;
}

/** CPU time that threads of one request each are shown with, of what the process says. */
const requests = `import sys, threading, time
each = float(sys.argv[1]) / 1000
def handler():
    until = time.thread_time() + each
    while time.thread_time() < until:
        pass
end = time.time() + float(sys.argv[2])
while time.time() < end:
    thread = threading.Thread(target=handler)
    thread.start()
    thread.join()
print(time.process_time())
`;

/** @param {import('./context.js').Context} context @param {import('./pythons.js').Python} python */
export async function measureRequests(context, python) {
  const rows = context.table(
    'CPU time that pyspy shows (top --cpu --idle, 100 Hz), of process_time()',
    'a thread per request, of',
    'share',
  );
  for (const ms of [3, 8, 40])
    await context.attempt(`CPU time of requests of ${ms} ms`, async () => {
      const file = context.file('requests');
      const words = ['record', '-o', file, '--', python.path, '-c', requests, `${ms}`];
      const { stdout } = await new Child([...pyspyCommand, ...words, context.quick ? '6' : '30']).ended;
      const top = await new Child([...pyspyCommand, 'top', file, '--cpu', '--idle', '--json']).ended;
      const share = JSON.parse(top.stdout).total_s / Number.parseFloat(stdout);
      context.discard(file);
      context.note(`first/requests/${ms}/share`, share);
      rows.push([`${ms} ms`, percent(share)]);
    });
}
