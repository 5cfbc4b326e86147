/**
 * The recordings that golden outputs are made from: programs that never ran, with everything in them that a real
 * recording may hold. A trace that is committed is never made again: it also proves that its format is still read.
 */
import { join } from 'node:path';
import { functionKind, status } from '../../src/format/vocabulary.js';
import { createRandom } from '../format/random.js';
import { type Code, type SampleSpec, TraceBuilder } from '../format/trace-builder.js';

const home = '/home/user/project';
const python = '/usr/lib/python3.12';

const ms = 1_000_000;

function code(file: string, firstLine: number, qualname: string): Code {
  return { name: qualname.slice(qualname.lastIndexOf('.') + 1), qualname, file, firstLine };
}

const module = code(`${home}/app.py`, 1, '<module>');
const main = code(`${home}/app.py`, 40, 'main');
const parse = code(`${home}/shop/parse.py`, 12, 'Parser.parse');
const descend = code(`${home}/shop/parse.py`, 30, 'Parser._descend');
const decode = code(`${python}/json/decoder.py`, 332, 'JSONDecoder.decode');
const render = code(`${home}/venv/lib/python3.12/site-packages/jinja2/environment.py`, 1287, 'Template.render');
const bootstrap = code(`${python}/threading.py`, 1001, 'Thread._bootstrap');
const serve = code(`${home}/shop/serve.py`, 8, 'Server.serve');
const wait = code(`${python}/threading.py`, 323, 'Condition.wait');
const frozen = code('<frozen importlib._bootstrap>', 1349, '_find_and_load');

/** 12 seconds of a shop: four threads, renames, recursion, a gap, everything that can go wrong with a sample. */
function makeComplete(path: string): void {
  const random = createRandom(1);
  const trace = new TraceBuilder(path);
  const process = trace.process({ command: ['/usr/bin/python3', 'app.py', '--name', "it's; $HOME"], cwd: home });
  const mainThread = trace.thread(process, 'MainThread', { osId: 1001 });
  const worker = trace.thread(process, 'worker-0', { osId: 1002 });
  const nameless = trace.thread(process, null, { osId: 1003, pythonId: 9_223_372_036_854_775_807n });
  const late = trace.thread(process, '</text><script>alert(1)</script>', { osId: null, firstNs: 6_000 * ms });

  const hostile = { ...code('/tmp/\u202egpj.py', 3, 'evil\x1b[31m;rm -rf\n<b>&"\''), firstLine: 0 };
  const long = code(`${home}/${'deep/'.repeat(30)}end.py`, 1, `${'Outer.'.repeat(40)}inner`);
  const wide = code(`${home}/größe/数据.py`, 5, '计算.平均值');
  const newer = { ...code('', 0, 'gpu_kernel'), kind: 77 };
  const collector = { ...code('', 0, '<garbage collector>'), kind: functionKind.collector };
  const cut = { ...code('', 0, '[10 frames not kept]'), kind: functionKind.marker };

  const start: [Code, number][] = [
    [module, 60],
    [main, 44],
  ];
  const recursion = (depth: number) =>
    trace.stack(...start, [parse, 15], ...Array.from({ length: depth }, (_, at): [Code, number] => [descend, 31 + (at % 3)]));
  const choices: [number, () => SampleSpec][] = [
    [30, () => ({ thread: mainThread, stack: recursion(1 + Math.floor(random() * 5)), status: 3, cpuNs: 9 * ms })],
    [25, () => ({ thread: mainThread, stack: trace.stack(...start, [parse, 16], [decode, 337]), status: 3, cpuNs: 10 * ms })],
    [15, () => ({ thread: mainThread, stack: trace.stack(...start, [render, 1304]), status: 3, cpuNs: 8 * ms })],
    [5, () => ({ thread: mainThread, stack: trace.stack([module, 2], [frozen, 1360]), status: 3, cpuNs: 10 * ms })],
    [5, () => ({ thread: mainThread, stack: trace.stack(...start, [hostile, 0]), status: 1, cpuNs: 5 * ms })],
    [3, () => ({ thread: mainThread, stack: trace.stack(...start, [long, 2]), status: 1, cpuNs: 5 * ms })],
    [3, () => ({ thread: mainThread, stack: trace.stack(...start, [wide, 7]), status: 1, cpuNs: 5 * ms })],
    [3, () => ({ thread: mainThread, stack: trace.stack(...start, [newer, 0]), status: 1, cpuNs: 5 * ms })],
    [3, () => ({ thread: mainThread, stack: trace.stack(...start, [collector, 0]), status: 3, cpuNs: 5 * ms })],
    [2, () => ({ thread: mainThread, stack: trace.stack(...start, [parse, 15]), status: 3 | status.torn, cpuNs: 9 * ms })],
    [2, () => ({ thread: mainThread, stack: 0, status: 1 | status.failed, cpuNs: 9 * ms })],
    [2, () => ({ thread: mainThread, stack: trace.stack([cut, 0], [descend, 33]), status: 3 | status.truncated, cpuNs: 9 * ms })],
    [2, () => ({ thread: mainThread, stack: 0, status: 1, cpuNs: 2 * ms })],
  ];
  const sum = choices.reduce((total, [share]) => total + share, 0);
  const pick = (): SampleSpec => {
    let at = random() * sum;
    return (choices.find(([share]) => (at -= share) < 0) ?? choices[0]!)[1]();
  };

  let now = 0;
  for (let tick = 1; tick <= 1_100; tick++) {
    now = tick * 10 * ms + Math.floor(random() * 9) * ms;
    if (tick === 400) trace.rename(worker, now, 'worker-0 (order 17)');
    if (tick === 700) trace.rename(worker, now, 'worker-0');
    if (tick >= 500 && tick < 600) {
      if (tick === 500) trace.gap(5_000 * ms, 6_000 * ms, 'the machine slept');
      continue;
    }
    if (tick % 97 === 0) trace.miss(1);
    const working = random() < 0.4;
    const samples: SampleSpec[] = [
      pick(),
      working
        ? { thread: worker, stack: trace.stack([bootstrap, 1032], [serve, 12], [decode, 337]), status: 1, cpuNs: 4 * ms }
        : { thread: worker, stack: trace.stack([bootstrap, 1032], [serve, 10], [wait, 355]), status: 0, cpuNs: 0 },
      { thread: nameless, stack: trace.stack([bootstrap, 1032], [wait, 359]), status: status.stateUnknown | status.gilUnknown },
    ];
    if (tick >= 600 && tick < 900) samples.push({ thread: late, stack: trace.stack([bootstrap, 1032], [serve, 12]), status: 1, cpuNs: 1 * ms });
    trace.tick(now, samples, tick === 600 ? 10 * ms : undefined);
  }
  trace.fail('a pointer that leads nowhere', 17);
  trace.end(now + 5 * ms);
}

/** Half of a run whose recorder was killed; in write-ahead mode still. */
function makeCrashed(path: string): void {
  const trace = new TraceBuilder(path);
  const process = trace.process({ command: ['/usr/bin/python3.9', 'old.py'], pythonVersion: '3.9.2', cwd: home });
  const thread = trace.thread(process, 'MainThread');
  const old = { name: 'work', qualname: null, file: 'old.py', firstLine: 3 };
  for (let tick = 1; tick <= 250; tick++)
    trace.tick(tick * 10 * ms, [{ thread, stack: trace.stack([old, tick % 4 === 0 ? 5 : 4]), status: 3, cpuNs: 10 * ms }]);
  trace.crash();
}

/** Two runs of one program from two checkouts: one function got slower, one came, one went, lines moved. */
function makePair(path: string, after: boolean): void {
  const random = createRandom(after ? 3 : 2);
  const root = after ? '/srv/checkout-b' : '/srv/checkout-a';
  const lines = after ? 7 : 0;
  const trace = new TraceBuilder(path, { startedUtcNs: 1_714_557_600_000_000_000n + (after ? 3_600_000_000_000n : 0n) });
  const process = trace.process({ command: ['python3', 'bench.py'], cwd: root });
  const thread = trace.thread(process, 'MainThread');
  const top = code(`${root}/bench.py`, 1, '<module>');
  const load = code(`${root}/lib/load.py`, 10 + lines, 'load');
  const sort = code(`${root}/lib/sort.py`, 10 + lines, 'Sorter.sort');
  const only = after ? code(`${root}/lib/cache.py`, 4, 'Cache.get') : code(`${root}/lib/legacy.py`, 4, 'legacy_lookup');
  const loads = code(after ? '/opt/python/lib/python3.12/json/__init__.py' : `${python}/json/__init__.py`, 299, 'loads');
  for (let tick = 1; tick <= (after ? 500 : 400); tick++) {
    const at = random();
    const slow = after ? 0.5 : 0.3;
    const stack =
      at < slow
        ? trace.stack([top, 20 + lines], [sort, 14 + lines])
        : at < slow + 0.1
          ? trace.stack([top, 21 + lines], [only, 6])
          : trace.stack([top, 22 + lines], [load, 12 + lines], [loads, 346]);
    trace.tick(tick * 10 * ms, [{ thread, stack, status: 3, cpuNs: 10 * ms }]);
  }
  trace.end(undefined, 'duration');
}

/** What the newest version writes, and what makes it. */
export const goldenTraces: Readonly<Record<string, (path: string) => void>> = {
  'v2-complete.trace': makeComplete,
  'v2-crashed.trace': makeCrashed,
  'v2-before.trace': (path) => makePair(path, false),
  'v2-after.trace': (path) => makePair(path, true),
};

/** The same programs, recorded by earlier versions: nobody can make these again. */
export const earlierTraces: readonly string[] = [
  'v1-complete.trace',
  'v1-crashed.trace',
  'v1-before.trace',
  'v1-after.trace',
];

/** Makes one trace in a directory. */
export function makeTrace(directory: string, name: string): void {
  goldenTraces[name]!(join(directory, name));
}
