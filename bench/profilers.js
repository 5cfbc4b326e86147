/**
 * The profilers that are measured: how each is called on a running process, which interpreters it reads, and how its
 * output is counted. All are asked for the same: every thread, idle ones too, at one rate, into one file.
 */
import { existsSync, readFileSync } from 'node:fs';
import { lastLines, run } from './child.js';
import { countTicks, parseAustin, parsePySpy, parseTachyon } from './formats/folded.js';
import { countMojoStacks } from './formats/mojo.js';
import { countSpeedscopeSamples } from './formats/speedscope.js';
import { readCounts, readSamples } from './formats/trace.js';
import { pyspyCommand } from './pyspy.js';

/** @typedef {import('./formats/folded.js').Sample} Sample */
/** @typedef {import('./child.js').Outcome} Outcome */

/**
 * @typedef {object} Recording what is asked of a profiler
 * @property {number} pid
 * @property {number | 'max'} rate in Hz, or as fast as it can
 * @property {number} seconds
 * @property {string} file
 * @property {boolean} [compact] its format for keeping, where sizes are compared; else one whose samples can be read
 */

/**
 * @typedef {object} Profiler
 * @property {string} name
 * @property {string} version
 * @property {(minor: string) => boolean} reads whether it knows a CPython such as "3.12"
 * @property {(recording: Recording) => string[]} command
 * @property {(file: string, outcome: Outcome) => Promise<number>} ticks how often it looked, from a readable file
 * @property {(file: string) => Promise<Sample[]>} samples
 * @property {(file: string, outcome: Outcome) => Promise<number>} countCompact samples in a compact file, of all threads
 * @property {boolean} countsSamples whether its duration is a number of samples: late, it goes on far beyond the time
 * @property {((file: string, stdout: string) => boolean) | null} hasBegun whether it samples now; null where it gives no sign
 * @property {boolean} flatOut whether it has a way to sample as fast as it can
 */

const text = (/** @type {string} */ file) => readFileSync(file, 'utf8');
const minorNumber = (/** @type {string} */ minor) => Number(minor.split('.')[1]);
/** Asked of profilers that have no word for "as fast as you can"; none of them gets there. */
const fastestHz = 1_000_000;

/** @param {string} version @param {boolean} hasMax @returns {Profiler} */
function pyspy(version, hasMax) {
  return {
    name: 'pyspy',
    version,
    reads: () => true,
    countsSamples: false,
    hasBegun: (file) => existsSync(file),
    flatOut: hasMax,
    command: ({ pid, rate, seconds, file }) => [
      ...pyspyCommand,
      ...[
        'record',
        '--pid',
        `${pid}`,
        '--rate',
        `${rate}`,
        '--duration',
        `${seconds}s`,
        '--force',
        '-o',
        file,
      ],
    ],
    ticks: async (file) => (await readCounts(file)).ticks,
    samples: readSamples,
    countCompact: async (file) => (await readCounts(file)).samples,
  };
}

/** @param {string} path @param {string} version @param {boolean} pausing @returns {Profiler} */
function pySpy(path, version, pausing) {
  return {
    name: pausing ? 'py-spy' : 'py-spy --nonblocking',
    version,
    reads: (minor) => minorNumber(minor) <= 13,
    countsSamples: true,
    hasBegun: (_file, stdout) => stdout.includes('Sampling process'),
    flatOut: true,
    command: ({ pid, rate, seconds, file, compact }) => [
      ...[path, 'record', '--pid', `${pid}`, '--rate', `${rate === 'max' ? fastestHz : rate}`],
      ...[
        '--duration',
        `${Math.ceil(seconds)}`,
        '--format',
        compact ? 'speedscope' : 'raw',
        '--output',
        file,
      ],
      ...['--threads', '--idle', ...(pausing ? [] : ['--nonblocking'])],
    ],
    ticks: async (file) => countTicks(parsePySpy(text(file))),
    samples: async (file) => parsePySpy(text(file)),
    countCompact: async (file) => countSpeedscopeSamples(text(file)),
  };
}

/** @param {string} path @param {string} version @returns {Profiler} */
function austin(path, version) {
  return {
    name: 'austin',
    version,
    reads: (minor) => minorNumber(minor) >= 8 && minorNumber(minor) <= (version.startsWith('3.') ? 13 : 14),
    countsSamples: false,
    hasBegun: (file) => existsSync(file),
    flatOut: true,
    command: ({ pid, rate, seconds, file, compact }) => [
      ...[path, '-p', `${pid}`, '-i', `${rate === 'max' ? 1 : Math.max(1, Math.round(1e6 / rate))}`],
      ...['-x', `${Math.ceil(seconds)}`, '-o', file, ...(compact ? ['-b'] : [])],
    ],
    ticks: async (file) => countTicks(parseAustin(text(file))),
    samples: async (file) => parseAustin(text(file)),
    countCompact: async (file) => countMojoStacks(readFileSync(file)),
  };
}

/** @param {string} path @param {string} version of its interpreter, which is the only one that it reads @returns {Profiler} */
function tachyon(path, version) {
  return {
    name: 'profiling.sampling',
    version,
    reads: (minor) => version.startsWith(`${minor}.`),
    countsSamples: false,
    hasBegun: null,
    flatOut: true,
    command: ({ pid, rate, seconds, file, compact }) => [
      ...[path, '-m', 'profiling.sampling', 'attach', `${pid}`, '--all-threads'],
      ...['--sampling-rate', `${rate === 'max' ? fastestHz : rate}`, '--duration', `${Math.ceil(seconds)}`],
      ...[compact ? '--binary' : '--collapsed', '--output', file],
    ],
    ticks: async (file) => countTicks(parseTachyon(text(file))),
    samples: async (file) => parseTachyon(text(file)),
    countCompact: async (_file, { stdout }) => {
      const count = /Binary profile written to .* \((\d+) samples\)/.exec(stdout)?.[1];
      if (count === undefined)
        throw new Error(`it did not say how many samples it wrote: ${lastLines(stdout)}`);
      return Number(count);
    },
  };
}

/**
 * @param {ReadonlyMap<string, import('./pythons.js').Python>} pythons
 * @returns {Promise<{ profilers: Profiler[], missing: string[] }>}
 */
export async function findProfilers(pythons) {
  /** @type {string[]} */
  const missing = [];
  const own = await run([...pyspyCommand, '--version']);
  if (own.status !== 0) throw new Error(`pyspy does not start (npm run build): ${lastLines(own.stderr)}`);
  const help = await run([...pyspyCommand, 'record', '--help']);
  const hasMax = /--rate[^\n]*(\n {10,}[^\n]*)*\bmax\b/.test(help.stdout);
  if (!hasMax)
    missing.push('pyspy record --rate max: this version does not have it, so it is not timed flat out');
  const profilers = [pyspy(own.stdout.trim(), hasMax)];
  const pySpyVersion = await askVersion(['py-spy', '--version'], /py-spy (\S+)/);
  if (pySpyVersion === null) missing.push('py-spy: not on the PATH');
  else profilers.push(pySpy('py-spy', pySpyVersion, false), pySpy('py-spy', pySpyVersion, true));
  const austinVersion = await askVersion(['austin', '--version'], /austin (\S+)/);
  if (austinVersion === null) missing.push('austin: not on the PATH');
  // Version 4 writes nothing but MOJO of its own version.
  else if (Number.parseInt(austinVersion, 10) >= 4)
    missing.push(`austin: ${austinVersion} is not read here, only 3.x`);
  else profilers.push(austin('austin', austinVersion));
  const newest = pythons.get('3.15');
  if (newest === undefined) missing.push('profiling.sampling: there is no python3.15');
  else {
    const asked = await run([newest.path, '-m', 'profiling.sampling', 'attach', '--help']);
    if (asked.status === 0) profilers.push(tachyon(newest.path, newest.version));
    else missing.push(`profiling.sampling: ${newest.path} does not run it: ${lastLines(asked.stderr)}`);
  }
  return { profilers, missing };
}

/** @param {string[]} command @param {RegExp} expression */
async function askVersion(command, expression) {
  const asked = await run(command, 10_000);
  return expression.exec(asked.stdout)?.[1] ?? null;
}

/**
 * Records, and counts how often the profiler looked.
 * @param {Profiler} profiler
 * @param {Recording} recording
 * @throws {Error} with the profiler's own words where nothing came of it
 */
export async function record(profiler, recording) {
  const graceMs = profiler.countsSamples ? 3_000 : 30_000;
  const outcome = await run(profiler.command(recording), recording.seconds * 1000 + graceMs);
  if (outcome.killed || !existsSync(recording.file))
    throw new Error(`${profiler.name} wrote nothing: ${lastLines(outcome.stderr)}`);
  return outcome;
}
