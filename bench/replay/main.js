/**
 * `npm run bench:replay`: what replay commands take on large traces, as whole commands: time on the clock, CPU time and
 * peak memory, medians of three. docs/performance.md says how to read it.
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { Child, run } from '../child.js';
import { describeMachine } from '../machine.js';
import { root } from '../pyspy.js';
import { findPythons, targetCommand } from '../pythons.js';
import { makeScratch, runMain } from '../run.js';
import { figure, textTable } from '../table.js';
import { makeTrace } from './traces.js';

const cli = `${root}bin/pyspy.js`;
const rounds = 3;
/** Says at the end how much memory there was at most, in kilobytes. A script, since modules take longer to start. */
const watch =
  'process.on("exit", () => process.stderr.write("\\nmaxrss " + process.resourceUsage().maxRSS));';
const scratch = makeScratch('replay');

/** @param {readonly number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** @param {readonly string[]} args of node */
async function measure(args) {
  const found = [];
  for (let round = 0; round < rounds; round++) {
    const outcome = await run([process.execPath, '--require', `${scratch}/watch.cjs`, ...args], 600_000);
    if (outcome.status !== 0) throw new Error(`${args.join(' ')}: ${outcome.stderr}`);
    const kilobytes = Number(/maxrss (\d+)\s*$/.exec(outcome.stderr)?.[1]);
    found.push({ wallS: outcome.wallMs / 1000, cpuS: outcome.cpuUs / 1e6, mb: kilobytes / 1000 });
  }
  return {
    wallS: median(found.map(({ wallS }) => wallS)),
    cpuS: median(found.map(({ cpuS }) => cpuS)),
    mb: Math.max(...found.map(({ mb }) => mb)),
  };
}

async function main() {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '0.1,1,10' },
      json: { type: 'string' },
      seconds: { type: 'string', default: '30' },
    },
  });
  const sizes = values.sizes.split(',').map(Number);
  if (sizes.some((size) => !(size > 0 && size <= 1000)))
    throw new Error(`--sizes ${values.sizes}: millions of samples, such as 0.1,1,10,100`);
  const machine = describeMachine();
  writeFileSync(`${scratch}/watch.cjs`, watch);
  const python = (await findPythons()).get('3.12') ?? [...(await findPythons()).values()][0];
  if (python === undefined) throw new Error('no CPython from 3.9 to 3.13 was found');
  const source = `${scratch}/source.trace`;
  const target = new Child(targetCommand(python, 'suite'));
  await target.told('ready');
  console.error(`recording ${values.seconds} s of four threads at 1 kHz`);
  const recorded = await run(
    [
      ...[process.execPath, cli, 'record', '--pid', `${target.pid}`, '--rate', '1000'],
      ...['--duration', `${values.seconds}s`, '-o', source],
    ],
    600_000,
  );
  await target.kill();
  if (recorded.status !== 0) throw new Error(recorded.stderr);
  /** @type {string[][]} */
  const rows = [];
  /** @type {Record<string, unknown>[]} */
  const results = [];
  /** @param {string} size @param {string} what @param {readonly string[]} args @param {string} [goal] */
  const add = async (size, what, args, goal = '') => {
    const found = await measure(args);
    console.error(`${size} ${what}: ${figure(found.wallS)} s`);
    rows.push([size, what, figure(found.wallS), figure(found.cpuS), figure(found.mb), goal]);
    results.push({ size, what, goal, ...found });
  };
  await add('', 'node -e 0', ['-e', '0']);
  await add('', 'pyspy --help', [cli, '--help'], 'node + 0.12 s');
  for (const size of sizes) {
    const path = `${scratch}/${size}.trace`;
    const made = makeTrace(source, path, size * 1e6);
    const name = `${figure(made.samples / 1e6)} M, ${figure(made.bytes / 1e6)} MB`;
    const middle = made.seconds / 2;
    const within = ['--from', `${middle}s`, '--to', `${Math.min(middle + 10, made.seconds)}s`];
    const svg = ['-o', `${scratch}/out.svg`];
    await add(name, 'info', [cli, 'info', path], 'node + 0.12 s');
    await add(name, 'top, all, --no-rollups', [cli, 'top', path, '--no-rollups'], size === 10 ? '3 s' : '');
    await add(name, 'flame, all, --no-rollups', [cli, 'flame', path, '--no-rollups', ...svg]);
    await add(name, 'top, 10 s, --no-rollups', [cli, 'top', path, '--no-rollups', ...within], '0.6 s');
    if (made.samples >= 1e6) {
      const { wallMs, cpuUs } = await run([process.execPath, cli, 'top', path], 600_000);
      const what = 'top, all: the first, sums up';
      rows.push([name, what, figure(wallMs / 1000), figure(cpuUs / 1e6), '', '']);
      results.push({ size: name, what, goal: '', wallS: wallMs / 1000, cpuS: cpuUs / 1e6, mb: null });
    }
    await add(name, 'top, all', [cli, 'top', path], size === 10 ? '1 s' : '');
    await add(name, 'flame, all', [cli, 'flame', path, ...svg]);
    await add(name, 'top, 10 s', [cli, 'top', path, ...within], '0.6 s');
    await add(name, 'flame, 10 s', [cli, 'flame', path, ...within, ...svg], '0.6 s');
    await add(name, 'dump --at', [cli, 'dump', path, '--at', `${middle}s`]);
    if (size === 1) {
      copyFileSync(path, `${scratch}/b.trace`);
      await add(`2 × ${name}`, 'diff', [cli, 'diff', path, `${scratch}/b.trace`], '3 s');
    }
    rmSync(path);
  }
  console.log(
    textTable({
      title: 'Replay commands as a whole',
      columns: ['trace', 'command', 'wall s', 'CPU s', 'peak MB', 'goal'],
      rows,
    }),
  );
  console.log(
    `\n${machine.date}: ${machine.cpus} × ${machine.cpu}, Node ${process.version}, load ${machine.load} before`,
  );
  const file = values.json ?? `${root}bench-out/replay-${machine.date.replaceAll(':', '-')}.json`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine, results }, null, 1)}\n`);
  console.error(`wrote ${file}`);
}

await runMain(main);
