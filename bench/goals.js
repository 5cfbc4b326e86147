/**
 * The goals of the recorder as ratios within one run, and how near a run came. A goal that could not be measured says
 * why; it is never counted as met.
 */
import { figure, percent } from './table.js';

/** @typedef {Readonly<Record<string, number>>} Measures */

/**
 * @typedef {object} Verdict
 * @property {string} what
 * @property {string} goal
 * @property {string} measured
 * @property {'met' | 'not met' | 'not measured'} verdict
 */

/** @param {Measures} measures @returns {Verdict[]} */
export function judgeGoals(measures) {
  return [
    ...costGoals(measures),
    ...flatGoals(measures),
    ...otherGoals(measures),
    ...sizeGoals(measures),
    memoryGoal(measures),
    ...firstGoals(measures),
  ];
}

/**
 * @param {string} what
 * @param {string} goal
 * @param {readonly (number | undefined)[]} found all must be there, and within
 * @param {(value: number) => boolean} isWithin
 * @param {(value: number) => string} write
 * @param {string} [without] what was missing, where something was
 * @param {readonly (number | undefined)[]} [floor] the same of the C loop that makes the calls and nothing else
 * @returns {Verdict}
 */
function judge(what, goal, found, isWithin, write, without = 'not in this run', floor = []) {
  const values = found.filter((value) => value !== undefined);
  const least = floor.filter((value) => value !== undefined);
  const own = values.map(write).join(', ');
  const measured =
    least.length === 0 || own === '' ? own : `${own}; the floor ${least.map(write).join(', ')}`;
  if (values.length < found.length || values.length === 0)
    return {
      what,
      goal,
      measured: measured === '' ? without : `${measured}; ${without}`,
      verdict: 'not measured',
    };
  return { what, goal, measured, verdict: values.every(isWithin) ? 'met' : 'not met' };
}

/** @param {Measures} measures @param {string} above @param {string} below */
function ratio(measures, above, below) {
  const [a, b] = [measures[above], measures[below]];
  return a === undefined || b === undefined ? undefined : a / b;
}

/** Versions and depths of stacks that the goals of cost are about. */
const costRows = ['3.9', '3.12', '3.13'].flatMap((minor) => [12, 23].map((depth) => ({ minor, depth })));

/** @param {Measures} measures */
function costGoals(measures) {
  const what =
    'CPU per look of the whole process, 1 kHz, one busy thread, CPython 3.9, 3.12 and 3.13, at depths 12 and 23';
  const all = (/** @type {string} */ of, /** @type {string} */ to) =>
    costRows.map(({ minor, depth }) =>
      ratio(
        measures,
        `cost/${minor}/${depth}/1/one/1000/${of}/us`,
        `cost/${minor}/${depth}/1/one/1000/${to}/us`,
      ),
    );
  return [
    { of: 'py-spy --nonblocking', most: 1 / 10, words: 'at most 1/10 of py-spy --nonblocking' },
    { of: 'austin', most: 1, words: 'below Austin in every row' },
    { of: 'floor', most: 1.5, words: 'at most 1.5 × the C loop that makes the same calls' },
  ].map(({ of, most, words }) =>
    judge(
      what,
      words,
      all('pyspy', of),
      (value) => value <= most,
      (value) => (value < 1 ? `1/${figure(1 / value)}` : `${figure(value)} ×`),
      `no ratio to ${of}`,
      of === 'floor' ? [] : all('floor', of),
    ),
  );
}

/** @param {Measures} measures */
function flatGoals(measures) {
  const minor = firstMinor(measures, /^flat\/([\d.]+)\/pyspy\//);
  return [
    { of: 'py-spy --nonblocking', least: 50, words: "50 × py-spy's samples a second" },
    { of: 'austin', least: 5, words: "5 × Austin's" },
  ].map(({ of, least, words }) =>
    judge(
      'the same flat out',
      `≥ ${words}`,
      [ratio(measures, `flat/${minor}/pyspy/per_s`, `flat/${minor}/${of}/per_s`)],
      (value) => value >= least,
      (value) => `${figure(value)} ×`,
      `no ratio to ${of}`,
      [ratio(measures, `flat/${minor}/floor/per_s`, `flat/${minor}/${of}/per_s`)],
    ),
  );
}

/** @param {Measures} measures @returns {Verdict[]} */
function otherGoals(measures) {
  const rateMinor = firstMinor(measures, /^rate\/([\d.]+)\/pyspy\//);
  const lossMinor = firstMinor(measures, /^overhead\/([\d.]+)\/150\/1000\/pyspy$/);
  return [
    judge(
      'target slowed, 1 kHz, 150 idle threads',
      '≤ 1 %',
      [measures[`overhead/${lossMinor}/150/1000/pyspy`]],
      (value) => value <= 0.01,
      percent,
    ),
    judge(
      'rate held, one busy thread',
      '≥ 5 kHz',
      [measures[`rate/${rateMinor}/pyspy/hz`]],
      (value) => value >= 5_000,
      (value) => `${figure(value / 1000)} kHz`,
      undefined,
      [measures[`rate/${rateMinor}/floor/hz`]],
    ),
    judge(
      "recorder's CPU at 100 Hz, ten threads",
      '≤ 2 % of a core',
      [measures['cost/3.13/23/10/one/100/pyspy/share']],
      (value) => value <= 0.02,
      percent,
      undefined,
      [measures['cost/3.13/23/10/one/100/floor/share']],
    ),
    impossibleGoal(measures),
    ...callsGoals(measures),
    distanceGoal(measures),
  ];
}

/** Fewer samples of a program do not tell 0.02 % from none. */
const enoughSamples = 10_000;

/** @param {Measures} measures @returns {Verdict} */
function impossibleGoal(measures) {
  const all = (/** @type {string} */ figureName) => {
    const expression = new RegExp(`^truth/[\\d.]+/\\w+/pyspy/${figureName}$`);
    return Object.entries(measures).flatMap(([key, value]) => (expression.test(key) ? [value] : []));
  };
  const shares = all('impossible');
  const found = judge(
    'impossible stacks, marked or not, not pausing, worst program',
    '≤ 0.02 %',
    shares.length === 0 ? [] : [Math.max(...shares)],
    (value) => value <= 0.0002,
    (value) => `${percent(value)} (and up to ${percent(Math.max(0, ...all('torn')))} marked)`,
  );
  const fewest = Math.min(...all('samples'));
  if (shares.length === 0 || fewest >= enoughSamples) return found;
  return { ...found, measured: `${found.measured}; too few samples, ${fewest}`, verdict: 'not measured' };
}

/**
 * Of all samples of all programs: one has too few to tell 0.02 % from none.
 * @param {Measures} measures
 * @returns {Verdict[]}
 */
function callsGoals(measures) {
  const runs = Object.keys(measures).filter((key) => /^calls\/.*\/samples$/.test(key));
  const samples = runs.reduce((sum, key) => sum + (measures[key] ?? 0), 0);
  const shareOf = (/** @type {string} */ figureName) =>
    runs.reduce(
      (sum, key) => sum + (measures[key] ?? 0) * (measures[key.replace('samples', figureName)] ?? 0),
      0,
    ) / samples;
  return [
    { what: 'calls and lines that cannot be, marked or not, all programs', of: 'impossible', most: 0.02 },
    { what: 'samples marked as torn, all programs', of: 'torn', most: 0.5 },
  ].map(({ what, of, most }) =>
    judge(
      what,
      `≤ ${most} %`,
      samples < enoughSamples ? [] : [shareOf(of)],
      (value) => value * 100 <= most,
      (value) => `${percent(value)} of ${samples}`,
    ),
  );
}

/**
 * Two samples of one distribution differ, too. A program whose distance exceeds the goal by no more than that was looked
 * at too few times to say anything.
 * @param {Measures} measures
 * @returns {Verdict}
 */
function distanceGoal(measures) {
  const most = 0.02;
  const all = Object.entries(measures).flatMap(([key, distance]) => {
    const place = /^truth\/([\d.]+\/\w+)\/pyspy\/distance$/.exec(key)?.[1];
    return place === undefined
      ? []
      : [{ place, distance, chance: measures[`truth/${place}/pyspy/chance`] ?? 0 }];
  });
  const clear = all.filter(({ distance, chance }) => distance <= most || distance > most + chance);
  const worst = [...all].sort((a, b) => b.distance - b.chance - (a.distance - a.chance))[0];
  const found = judge(
    'distance from the paused reference, worst program',
    `≤ ${most}`,
    worst === undefined ? [] : [worst.distance],
    () => all.every(({ distance }) => distance <= most),
    (value) => `${figure(value)} (${worst?.place}; by chance ${figure(worst?.chance)})`,
  );
  const isFailed = clear.some(({ distance }) => distance > most);
  if (worst === undefined || isFailed || clear.length === all.length) return found;
  return { ...found, measured: `${found.measured}; too few ticks to tell`, verdict: 'not measured' };
}

/** @param {Measures} measures @returns {Verdict[]} */
function sizeGoals(measures) {
  return [
    { rate: 100, most: 2.5 },
    { rate: 1000, most: 1 },
  ].map(({ rate, most }) => {
    const expression = new RegExp(`^(size/[\\d.]+/\\w+/${rate}/pyspy)/bytes$`);
    const keys = Object.keys(measures).flatMap((key) => expression.exec(key)?.[1] ?? []);
    const longest = Math.max(0, ...keys.map((key) => measures[`${key}/seconds`] ?? 0));
    const values = keys
      .filter((key) => measures[`${key}/seconds`] === longest)
      .map((key) => measures[`${key}/bytes`] ?? 0);
    const what = `bytes per sample, all in, an hour at ${rate} Hz of a real four-thread workload`;
    const found = judge(what, `≤ ${most}`, values, (value) => value <= most, figure);
    // A short run pays for the whole dictionary, and must not be taken for an hour, neither way.
    if (values.length > 0 && longest < 3600)
      return {
        ...found,
        measured: `${found.measured} after ${longest} s (--hours 1 measures an hour)`,
        verdict: 'not measured',
      };
    return found;
  });
}

/** @param {Measures} measures @returns {Verdict} */
function memoryGoal(measures) {
  const [bytes, growth, seconds] = ['bytes', 'growth', 'seconds'].map(
    (name) => measures[`memory/pyspy/${name}`],
  );
  // Flat: what is gained in an hour at this pace would be a small part of what is there.
  const isFlat = bytes !== undefined && growth !== undefined && growth * 60 <= bytes / 4;
  const found = judge(
    'resident memory after 10 minutes',
    '≤ 100 MB, flat',
    [bytes],
    (value) => value <= 100e6 && isFlat,
    (value) => `${figure(value / 1e6)} MB, ${figure((growth ?? 0) / 1e6)} MB more a minute`,
  );
  if (seconds !== undefined && seconds < 600)
    return { ...found, measured: `${found.measured} after ${seconds} s`, verdict: 'not measured' };
  return found;
}

/** @param {Measures} measures @returns {Verdict[]} */
function firstGoals(measures) {
  const shares = (/** @type {number} */ loops) =>
    [0.3, 0.5].map((seconds) => measures[`first/${seconds}/${loops}/share`]);
  const ms = (/** @type {number} */ value) => `${figure(value)} ms`;
  return [
    ...[
      { loops: 0, least: 0.97, words: 'quiet' },
      { loops: 4, least: 0.85, words: 'four busy loops beside it' },
    ].map(({ loops, least, words }) =>
      judge(
        `life of a program of 0.3 and 0.5 s that is sampled, ${words}`,
        `≥ ${least * 100} %`,
        shares(loops),
        (value) => value >= least,
        percent,
      ),
    ),
    judge(
      'start of record --pid to its first sample',
      '≤ 250 ms',
      [measures['first/pid/wall_ms']],
      (value) => value <= 250,
      ms,
    ),
    judge(
      'CPU time of the same (here of a whole recording of 20 ms)',
      '≤ 250 ms',
      [measures['first/pid/cpu_ms']],
      (value) => value <= 250,
      ms,
    ),
    judge(
      'missed in the first second at 1 kHz',
      '≤ 0.5 %',
      [measures['first/pid/missed']],
      (value) => value <= 0.005,
      percent,
    ),
    judge(
      'CPU time shown of threads of 3, 8 and 40 ms per request',
      '97 to 103 %',
      [3, 8, 40].map((each) => measures[`first/requests/${each}/share`]),
      (value) => Math.abs(value - 1) <= 0.03,
      percent,
    ),
  ];
}

/**
 * The first minor version among the keys that match; the main one is measured first.
 * @param {Measures} measures
 * @param {RegExp} expression with the version as its group
 */
function firstMinor(measures, expression) {
  for (const key of Object.keys(measures)) {
    const found = expression.exec(key)?.[1];
    if (found !== undefined) return found;
  }
  return '';
}

/** @param {readonly Verdict[]} verdicts @returns {import('./table.js').Table} */
export function goalTable(verdicts) {
  return {
    title: 'Goals',
    columns: ['what', 'goal', 'measured', ''],
    rows: verdicts.map(({ what, goal, measured, verdict }) => [what, goal, measured, verdict]),
  };
}
