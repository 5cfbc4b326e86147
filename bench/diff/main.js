/**
 * `npm run bench:diff`: validates the verdicts of `pyspy diff` where the truth is known. False alarms and power, on
 * simulated programs and on real ones that are recorded for it. docs/diff.md says how to read the tables.
 */
import { parseArgs } from 'node:util';
import { findPythons } from '../pythons.js';
import { cleanUp, makeScratch, runMain } from '../run.js';
import { figure, percent, textTable } from '../table.js';
import { noThreshold, perRun } from './judge.js';
import { recordAll } from './recordings.js';
import { rate, rateNames, realNames, realNulls, realPlants, simulated } from './trials.js';

const usage = `npm run bench:diff -- [options]

  --repetitions N    simulated comparisons in each row (200)
  --runs N           recordings of each real program (13: 78 pairs of each); 0 for simulations only
  --seconds N        length of each of them (20)
  --planted-runs N   recordings with each planted slow-down, of 30 s (8)
  --recordings DIR   where they are kept, and taken from if they are there; else they are deleted at the end
  --quick            --repetitions 40 --runs 4 --seconds 5 --planted-runs 4
  --help`;

const began = performance.now();
const say = (/** @type {string} */ text) =>
  console.error(`${((performance.now() - began) / 1000).toFixed(0)} s: ${text}`);

/** @param {number} repetitions */
function simulatedNulls(repetitions) {
  const rows = [];
  for (const [runs, spread] of /** @type {const} */ ([
    [1, 0],
    [4, 0],
    [4, 0.1],
  ]))
    for (const dwellS of [0.02, 0.2, 1, 3]) {
      say(`false alarms: ${runs} against ${runs}, ${dwellS} s`);
      const options = { slowdown: 0, runs, seconds: 30, repetitions, seed: 1 + runs * 1_000_000 };
      const rates = rate(simulated({ share: 0.1, dwellS, spread }, options));
      rows.push([
        `${runs} + ${runs}`,
        `${dwellS} s`,
        percent(spread),
        `${rates.comparisons}`,
        percent(rates.gate),
        percent(rates.strict),
        percent(rates.wrongTests),
      ]);
    }
  const columns = ['runs', 'dwell', 'run to run', 'comparisons', '--gate', '--threshold 0', 'of all tests'];
  console.log(
    `${textTable({ title: 'False alarms, simulated (30 s at 100 Hz, nothing changed)', columns, rows })}\n`,
  );
}

/** Share of the slowed function, and by how much it is slowed. */
const cases = /** @type {const} */ ([
  [0.1, 0.1],
  [0.2, 0.02],
  [0.2, 0.05],
  [0.2, 0.1],
  [0.2, 0.5],
  [0.3, 0.1],
]);

/** @type {readonly (Omit<import('./simulation.js').Program, 'share'> & { rateHz?: number })[]} */
const rhythms = [
  { dwellS: 0.002 },
  { dwellS: 0.002, rateHz: 500 },
  { dwellS: 0.2 },
  { dwellS: 0.1, cycle: true },
  { dwellS: 0.3, cycle: true },
  { dwellS: 1, cycle: true },
];

/** @param {number} repetitions */
function simulatedPower(repetitions) {
  const rows = [];
  for (const { rateHz = 100, ...rhythm } of rhythms)
    for (const [share, slowdown] of cases) {
      const kind = rhythm.cycle ? `cycles of ${rhythm.dwellS} s` : `at random, ${rhythm.dwellS} s`;
      const name = rateHz === 100 ? kind : `${kind}, at ${rateHz} Hz`;
      say(`power: ${name}, share ${share}, slower by ${slowdown}`);
      const options = { slowdown, runs: 4, seconds: 30, repetitions, seed: 90_000_001, rateHz };
      const { found, named, gate } = rate(simulated({ share, ...rhythm }, options));
      rows.push([name, ...[share, slowdown, found, named, gate].map(percent)]);
    }
  const columns = ['program', 'share', 'slower by', 'found', '--test', '--gate'];
  console.log(`${textTable({ title: 'Power, simulated (4 x 30 s a side at 100 Hz)', columns, rows })}\n`);
}

/**
 * Programs that end by themselves when their work is done (one: when its time is up), of one phase and of three, on a quiet machine and on one where
 * runs differ by 2 % as a whole and functions by 1 %.
 * @type {readonly (Omit<import('./simulation.js').Program, 'share'> & { name: string, share?: number, runs?: number,
 *   isTimed?: boolean })[]}
 */
const wholePrograms = [
  { name: 'at random, 0.02 s', dwellS: 0.02 },
  { name: 'the same, 1 + 1', dwellS: 0.02, runs: 1 },
  { name: 'cycles of 0.1 s', dwellS: 0.1, cycle: true },
  { name: 'the same, 1 + 1', dwellS: 0.1, cycle: true, runs: 1 },
  { name: 'the same, noisy', dwellS: 0.1, cycle: true, machine: 0.02, spread: 0.01 },
  { name: 'half of the time', dwellS: 0.1, cycle: true, share: 0.5, machine: 0.02, spread: 0.01 },
  { name: 'for a given time', dwellS: 0.1, cycle: true, isTimed: true },
  { name: 'three phases', dwellS: 0.1, cycle: true, phases: 3 },
  { name: 'the same, noisy', dwellS: 0.1, cycle: true, phases: 3, machine: 0.02, spread: 0.01 },
];
const atZero = { threshold: noThreshold };
const changes = [0, 0.02, 0.05, 0.1, 0.2, 0.5, -0.3];

/** @param {number} repetitions */
function simulatedNames(repetitions) {
  const rows = [];
  const sums = { right: 0, wrong: 0 };
  for (const { name, runs = 4, share = 0.2, isTimed = false, ...rhythm } of wholePrograms)
    for (const change of changes) {
      say(`names: ${name}, ${change}`);
      const cells = [];
      for (const [metric, threshold] of /** @type {const} */ ([
        [{}, {}],
        [perRun, {}],
        [{}, atZero],
        [perRun, atZero],
      ])) {
        const program = { share, ...rhythm, ends: !isTimed };
        const trial = { slowdown: change, runs, seconds: 30, repetitions, seed: 50_000_001 };
        const { right, wrong, found, opposite } = rateNames(simulated(program, trial), change, {
          ...metric,
          ...threshold,
        });
        cells.push(`${percent(found / repetitions)}, ${right}/${wrong}/${opposite}`);
        if (threshold !== atZero) {
          sums.right += right;
          sums.wrong += wrong;
        }
      }
      rows.push([name, percent(change), ...cells]);
    }
  const columns = ['program', 'change', 'share', 'CPU per run', 'share, at 0', 'CPU per run, at 0'];
  const title = `Which functions are named, simulated (whole runs of 30 s at 100 Hz, ${repetitions} comparisons in each row; found, names right/wrong, pairs of opposite verdict)`;
  console.log(`${textTable({ title, columns, rows })}\n`);
  console.log(`At the default threshold ${sums.right} names are right and ${sums.wrong} wrong.\n`);
}

/** @param {string} folder @param {number} runs @param {number} plantedRuns */
function real(folder, runs, plantedRuns) {
  const nulls = [];
  for (const { name, what, rates } of realNulls(folder, runs))
    nulls.push([
      name,
      what,
      `${rates.comparisons}`,
      figure(rates.tests / rates.comparisons),
      percent(rates.gate),
      percent(rates.strict),
      percent(rates.wrongTests),
    ]);
  const columns = [
    'program',
    'compared',
    'comparisons',
    'tests in each',
    '--gate',
    '--threshold 0',
    'of all tests',
  ];
  console.log(
    `${textTable({ title: 'False alarms, real recordings of one program', columns, rows: nulls })}\n`,
  );
  const named = [];
  for (const { percent: slower, runs: sides, rates } of realNames(folder, plantedRuns))
    named.push([
      `${slower} %`,
      `${sides} + ${sides}`,
      `${rates.comparisons}`,
      percent(rates.found / rates.comparisons),
      `${rates.right}`,
      `${rates.wrong}`,
      `${rates.opposite}`,
    ]);
  console.log(
    `${textTable({
      title: 'Which functions are named, real recordings (shares; divisions of the same recordings)',
      columns: ['slower by', 'runs', 'comparisons', 'found', 'right', 'wrong', 'opposite verdict'],
      rows: named,
    })}\n`,
  );
  const plants = [];
  for (const { percent: slower, runs: sides, rates } of realPlants(folder, plantedRuns))
    plants.push([
      `${slower} %`,
      `${sides} + ${sides}`,
      `${rates.comparisons}`,
      percent(rates.found),
      percent(rates.named),
      percent(rates.gate),
    ]);
  console.log(
    `${textTable({
      title: 'Power, real recordings of 30 s (divisions of the same recordings: they depend on each other)',
      columns: ['slower by', 'runs', 'comparisons', 'found', '--test', '--gate'],
      rows: plants,
    })}\n`,
  );
}

async function main() {
  const { values } = parseArgs({
    options: {
      repetitions: { type: 'string' },
      runs: { type: 'string' },
      seconds: { type: 'string' },
      'planted-runs': { type: 'string' },
      recordings: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  const number = (/** @type {string | undefined} */ text, /** @type {number} */ other) => {
    const value = text === undefined ? other : Number(text);
    if (!Number.isInteger(value) || value < 0 || value > 100_000) throw new Error(`${text} is not a count`);
    return value;
  };
  const { quick } = values;
  const repetitions = number(values.repetitions, quick ? 40 : 200);
  const runs = number(values.runs, quick ? 4 : 13);
  const plantedRuns = number(values['planted-runs'], quick ? 4 : 8);
  if (repetitions > 0) {
    simulatedNulls(repetitions);
    simulatedPower(repetitions);
    simulatedNames(repetitions);
  }
  if (runs === 0) return;
  if (values.recordings !== undefined) cleanUp();
  const folder = values.recordings ?? makeScratch('bench-diff');
  const pythons = await findPythons();
  const python = ['3.12', '3.11', '3.13', '3.10', '3.9'].map((minor) => pythons.get(minor)).find(Boolean);
  if (python === undefined) throw new Error('no CPython from 3.9 to 3.13 was found');
  const seconds = number(values.seconds, quick ? 5 : 20);
  await recordAll({ folder, python: python.path, seconds, runs, plantedSeconds: 30, plantedRuns, say });
  real(folder, runs, plantedRuns);
}

await runMain(main);
