/**
 * Servers that share their work among processes, recorded with --subprocesses while they are asked without a pause: each
 * worker has the CPU time that its answers add up to. Those that this machine does not have are skipped by name.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, type TestContext, test } from 'vitest';
import type { Child } from '../support/child.js';
import { isAlive, until } from '../support/conditions.js';
import { expectFigure, expectNear, measured } from '../support/figures.js';
import { findPythonWith } from '../support/modules.js';
import { ask, startPyspy, traceName, workFolder } from '../support/pyspy.js';
import type { Python } from '../support/pythons.js';
import { infoNow } from '../support/trace-view.js';

const targets = fileURLToPath(new URL('../targets', import.meta.url));

/** What an answer says of the work that was done for it. */
interface Work {
  readonly pid: number;
  readonly slow: boolean;
  readonly cpu_s: number;
}

/** Answers that one test asks for: some four seconds of CPU time. */
const jobs = 1000;
const clients = 6;

interface Server {
  readonly title: string;
  readonly modules: readonly string[];
  /** Arguments of the interpreter; the folder is the test's own. */
  readonly args: (folder: string) => string[];
  /** Has the jobs done. */
  readonly load: (python: Python, folder: string) => Promise<Work[]>;
  /** Processes that do the work, at least. */
  readonly workers: number;
  /**
   * Whether a worker does one thing at a time, and so is found in it. Of several threads one may sleep at a tick that was at
   * work just before: its CPU time is then that of its sleep. But at each tick one of them holds the GIL.
   */
  readonly isOneByOne: boolean;
}

const socketIn = (folder: string): string => join(folder, 'socket');

const gunicorn = (
  title: string,
  modules: readonly string[],
  [workers, isOneByOne]: readonly [number, boolean],
  ...more: string[]
): Server => ({
  title: `gunicorn, ${title}`,
  modules: ['gunicorn', ...modules],
  args: (folder) => [
    ...['-m', 'gunicorn', '--chdir', targets, '--bind', `unix:${socketIn(folder)}`, '--workers', '2'],
    ...['--worker-tmp-dir', folder, ...more, 'service:application'],
  ],
  load: askByHttp,
  workers,
  isOneByOne,
});

const servers: Server[] = [
  // Workers are replaced while there is work: the new ones are processes of their own.
  gunicorn('sync workers that restart', [], [4, true], '--max-requests', '200'),
  gunicorn('threads', [], [2, false], '--worker-class', 'gthread', '--threads', '4'),
  gunicorn('gevent', ['gevent'], [2, true], '--worker-class', 'gevent'),
  {
    title: 'uvicorn with two workers',
    modules: ['uvicorn'],
    args: (folder) => [
      ...['-m', 'uvicorn', '--app-dir', targets, '--uds', socketIn(folder), '--workers', '2'],
      ...['--log-level', 'warning', 'service:asgi'],
    ],
    load: askByHttp,
    workers: 2,
    isOneByOne: true,
  },
  {
    title: 'celery, prefork',
    modules: ['celery'],
    args: () => [
      ...['-m', 'celery', '--workdir', targets, '--app', 'service', 'worker', '--pool', 'prefork'],
      ...['--concurrency', '3', '--without-gossip', '--without-mingle', '--without-heartbeat'],
    ],
    load: orderJobs,
    workers: 3,
    isOneByOne: true,
  },
];

describe('recorded with all its workers, under load', () => {
  for (const server of servers) testServer(server);
});

function testServer(server: Server): void {
  const title = server.title;
  test(
    title,
    measured(async ({ skip }: TestContext) => {
      const python = await findPythonWith(...server.modules);
      if (python === null) return skip(`no interpreter here has ${server.modules.join(' and ')}`);
      const folder = workFolder();
      const trace = traceName();
      const recorder = startPyspy(['record', '-s', '-o', trace, '--', python.path, ...server.args(folder)], {
        env: { ...process.env, SERVICE_FOLDER: folder, PYTHONDONTWRITEBYTECODE: '1' },
      });
      const master = await until('the server is being recorded', () => {
        expectRunning(recorder);
        return infoNow(trace)?.processes.find(({ parent_pid }) => parent_pid === null)?.pid;
      });
      const done = await server.load(python, folder);
      expect(done).toHaveLength(jobs);
      process.kill(master, 'SIGTERM');
      await recorder.exited;
      expect(isAlive(master)).toBe(false);
      expect((await ask('info', trace)).state).toBe('complete');
      const pids = new Set(done.map(({ pid }) => pid));
      expect(pids.size).toBeGreaterThanOrEqual(server.workers);
      const { rows: processes } = await ask('top', trace, '--by', 'process', '--cpu', '--idle');
      const cpu = new Map(processes.map(({ process: { pid } = { pid: 0 }, self_s }) => [pid, self_s]));
      const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
      const allTold = sum(done.map(({ cpu_s }) => cpu_s));
      const allSeen = sum([...pids].map((pid) => cpu.get(pid) ?? 0));
      let working = 0;
      const pooled = { slow: 0, quick: 0 };
      for (const pid of pids) {
        const truth = { slow: cpuOf(done, pid, true), quick: cpuOf(done, pid, false) };
        const told = truth.slow + truth.quick;
        // What serves the requests takes time, too, in each worker its share.
        expectNear(`part of ${pid}`, (cpu.get(pid) ?? 0) / allSeen, told / allTold, 0.1);
        const { rows } = await ask(
          'top',
          trace,
          '--process',
          String(pid),
          server.isOneByOne ? '--cpu' : '--gil',
        );
        const found = (name: string): number => rows.find((row) => row.function === name)?.total_s ?? 0;
        const sampled = { slow: found('slow'), quick: found('quick') };
        working += sampled.slow + sampled.quick;
        pooled.slow += sampled.slow;
        pooled.quick += sampled.quick;
        // Of a worker that was there for a moment only, there are few samples.
        if (told < 0.4) continue;
        expectNear(`slow in ${pid}`, shareOfSlow(sampled), shareOfSlow(truth), 0.05 + chance(truth));
        if (server.isOneByOne)
          expectNear(`slow in ${pid}, in s`, sampled.slow, truth.slow, 0.25 * truth.slow + 0.1);
      }
      const ofAll = { slow: cpuOf(done, null, true), quick: cpuOf(done, null, false) };
      expectNear('slow', shareOfSlow(pooled), shareOfSlow(ofAll), 0.04 + chance(ofAll));
      // The first moments of a worker are missing, and ticks where all processors are busy.
      expectFigure('at work', working, { above: allTold * 0.7 });
      // The GIL is held without a processor, too.
      if (server.isOneByOne) expectFigure('at work', working, { below: allTold * 1.15 });
    }),
  );
}

/** Seconds of CPU time that the answers tell of, of one worker, or of all: null. */
const cpuOf = (done: readonly Work[], pid: number | null, slow: boolean): number =>
  done.reduce(
    (sum, work) => ((pid === null || work.pid === pid) && work.slow === slow ? sum + work.cpu_s : sum),
    0,
  );

interface Seconds {
  readonly slow: number;
  readonly quick: number;
}

const shareOfSlow = ({ slow, quick }: Seconds): number => slow / (slow + quick);

/** Four standard errors of a share, where each of a hundred samples a second falls by chance: 1 in 16,000 is further off. */
const chance = (truth: Seconds): number => {
  const share = shareOfSlow(truth);
  return 4 * Math.sqrt((share * (1 - share)) / (100 * (truth.slow + truth.quick)));
};

function expectRunning({ outcome }: Child): void {
  if (outcome !== null) throw new Error(`it ended with status ${outcome.status}: ${outcome.stderr}`);
}

/** Several clients ask in turn for what is quick and what is slow. */
async function askByHttp(_python: Python, folder: string): Promise<Work[]> {
  const socketPath = socketIn(folder);
  await until('the server answers', () => get(socketPath, '/quick').catch(() => null));
  const done: Work[] = [];
  let left = jobs;
  const client = async (): Promise<void> => {
    while (left-- > 0) done.push(await get(socketPath, left % 2 === 0 ? '/slow' : '/quick'));
  };
  await Promise.all(Array.from({ length: clients }, client));
  return done;
}

function get(socketPath: string, path: string): Promise<Work> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => {
        try {
          resolve(JSON.parse(text));
        } catch (error) {
          reject(error);
        }
      });
    });
    asked.on('error', reject).end();
  });
}

/** Jobs by way of a folder, where celery's workers find them. */
async function orderJobs(python: Python, folder: string): Promise<Work[]> {
  const sent = spawnSync(python.path, [join(targets, 'service.py'), 'send', String(jobs)], {
    env: { ...process.env, SERVICE_FOLDER: folder, PYTHONDONTWRITEBYTECODE: '1' },
    encoding: 'utf8',
  });
  expect(sent).toMatchObject({ status: 0 });
  const results = join(folder, 'results');
  const lines = (): string[] =>
    existsSync(results) ? readFileSync(results, 'utf8').split('\n').slice(0, -1) : [];
  await until('all jobs are done', () => lines().length >= jobs, 60_000);
  return lines().map((line) => JSON.parse(line));
}
