/** The live view's lines: they fit, they hold nothing that commands a terminal, and keys do what the help says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFilter } from '../../../src/commands/options/filter.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import type { RecorderFigures, ScreenSize } from '../../../src/render/live/live-screen.js';
import { renderScreen } from '../../../src/render/live/screen.js';
import { sparkline } from '../../../src/render/live/sparkline.js';
import { displayWidth } from '../../../src/render/words/text.js';
import { LiveView } from '../../../src/run/live/live-view.js';
import { TraceBuilder } from '../../format/trace-builder.js';

const recorder: RecorderFigures = {
  elapsedS: 12.3,
  rateHz: 99.7,
  missed: 1,
  torn: 2,
  failed: 3,
  threads: 4,
  processes: 1,
};
const ms = 1e6;
const size: ScreenSize = { columns: 80, lines: 24, hasStyles: false };

let directory: string;
let reader: TraceReader;
let view: LiveView;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-render-'));
  const trace = new TraceBuilder(join(directory, 'live.trace'));
  const process = trace.process({ cwd: '/srv/app' });
  const thread = trace.thread(process, 'Main\x1b[31mThread');
  const stacks = Array.from({ length: 60 }, (_, at) =>
    trace.stack(
      [{ name: 'main', file: '/srv/app/app.py', firstLine: 1 }, 2],
      [
        {
          name: `step${at}${at % 7 === 0 ? '\x1b[2J' : ''}`,
          file: `/srv/app/日本語/part${at}.py`,
          firstLine: 10 + at,
        },
        20,
      ],
    ),
  );
  // step0 takes most, step59 least.
  let now = 0;
  stacks.forEach((stack, at) => {
    for (let tick = at; tick < 60; tick++) {
      now += 10 * ms;
      trace.tick(now, [{ thread, stack, cpuNs: 10 * ms }]);
    }
  });
  trace.end();
  reader = TraceReader.open(join(directory, 'live.trace'));
  view = newView();
  view.update(reader, true);
});
afterEach(() => {
  reader.close();
  rmSync(directory, { recursive: true, force: true });
});

function newView(): LiveView {
  return new LiveView({
    command: 'python app.py \x1b]0;gotcha\x07',
    process: 'pid 123, Python 3.12.1',
    filter: createFilter({}),
    by: 'function',
    sort: 'self',
    rowFilter: null,
    fullFilenames: false,
  });
}

function lines(at: ScreenSize = size): string[] {
  return renderScreen(view.screen(recorder, at), at);
}

function press(...names: string[]): void {
  for (const name of names)
    if (view.press(name, name.length === 1 ? name : '', size) === 'update') view.update(reader, false);
}

/** The function of each row that is shown. */
function shown(): string[] {
  return lines()
    .slice(4, -1)
    .flatMap((line) => /\b(main|step\d+)/.exec(line)?.[1] ?? []);
}

describe('every line fits', () => {
  for (const columns of [1, 20, 40, 80, 200])
    for (const pageKey of ['escape', '?', 'return', '/'])
      test(`${columns} columns, after ${pageKey}`, () => {
        press(pageKey);
        for (const key of ['f', 'l', 'd', 't', 'p', 'm']) {
          if (pageKey !== '/') press(key);
          for (const height of [1, 3, 10, 50]) {
            const drawn = lines({ columns, lines: height, hasStyles: false });
            expect(drawn.length).toBe(height);
            for (const line of drawn) {
              expect(displayWidth(line), JSON.stringify(line)).toBeLessThanOrEqual(columns);
              expect(line).not.toMatch(/[\p{Cc}]/u);
            }
          }
        }
      });
});

test('says how sure it is, and what it shows', () => {
  expect(lines()[0]).toMatch(/^python app\.py .*\(pid 123, Python 3\.12\.1\) +12 s$/);
  expect(lines()[1]).toMatch(/^CPU 100\.0 % +GIL 0\.0 % +4 threads +100 % is one thread +by wall time$/);
  expect(lines()[2]).toBe('100 samples per second per thread: 1 missed, 2 torn, 3 failed');
  expect(lines()[3]).toMatch(/^self %\* +total % +self s +total s +function +file:line$/);
  expect(lines()[4]).toMatch(/^ +3\.3 +3\.3 +0\.60 +0\.60 +step0\\x1b\[2J +日本語\/part0\.py:10$/);
});

test('keys sort, move, filter and hold', () => {
  expect(shown().slice(0, 2)).toEqual(['step0', 'step1']);
  press('4');
  expect(shown().slice(0, 2)).toEqual(['main', 'step0']);
  expect(lines()[3]).toContain('total s*');
  press('end');
  expect(shown().at(-1)).toBe('step59');
  press('home');
  expect(shown()[0]).toBe('main');
  // The name of step35 has more behind it.
  press('/', '5', '$');
  expect(shown()).toEqual(['step5', 'step15', 'step25', 'step45', 'step55']);
  press('backspace', 'backspace', '(');
  expect(lines().at(-1)).toContain('match: (_');
  press('ctrl-u', '9', 'return');
  expect(shown()).toEqual(['step9', 'step19', 'step29', 'step39', 'step49', 'step59']);
  expect(lines().at(-1)).toContain('[/9/]');
  press('/', 'escape', 'space');
  expect(lines()[0]).toMatch(/12 s {2}paused$/);
  expect(shown().length).toBe(19);
});

test('keeps the chosen row when rows change places, and shows what is around it', () => {
  press('down', 'down', '4', 'down', 'return');
  expect(lines().join('\n')).toMatch(
    /3\.3 % {2}step0\\x1b.*\ncalled by\n +3\.3 % {2}main .*\ntime in\n +3\.3 % {2}self/,
  );
  press('up');
  expect(lines().join('\n')).toMatch(
    /100\.0 % {2}main .*\ncalled by\n +100\.0 % {2}no caller.*\ntime in\n +3\.3 % {2}step0/,
  );
  expect(lines().join('\n')).toContain('more');
  press('t', 'return');
  expect(lines().join('\n')).toContain('Threads, processes and tasks have no callers');
});

test('says how many threads are idle, and not shown', () => {
  const trace = new TraceBuilder(join(directory, 'idle.trace'));
  const process = trace.process({ cwd: '/srv/app' });
  const [worker, ...others] = ['a', 'b', 'c'].map((name) => trace.thread(process, name));
  const stack = trace.stack([{ name: 'main', file: '/srv/app/app.py', firstLine: 1 }, 2]);
  for (let at = 1; at <= 5; at++)
    trace.tick(at * 10 * ms, [
      { thread: worker!, stack, cpuNs: 10 * ms },
      ...others.map((thread) => ({ thread, stack, status: 0 })),
    ]);
  trace.end();
  reader.close();
  reader = TraceReader.open(join(directory, 'idle.trace'));
  view = newView();
  view.update(reader, true);
  expect(lines()[1]).toMatch(/^CPU 100\.0 % +GIL 0\.0 % +1 running, 2 idle hidden \(i\)/);
  press('i');
  expect(lines()[1]).toMatch(/^CPU 100\.0 % +GIL 0\.0 % +4 threads/);
});

test("m shows one's own code alone, and says so; m again shows all", () => {
  const trace = new TraceBuilder(join(directory, 'mine.trace'));
  const thread = trace.thread(trace.process({ cwd: '/srv/app' }), 'Main');
  const main = { name: 'main', file: '/srv/app/app.py', firstLine: 1 };
  const step = { name: 'step1', file: '/srv/app/lib/python3.12/site-packages/x/y.py', firstLine: 1 };
  for (const [at, frames] of [[main, step], [step], [main]].entries())
    trace.tick((at + 1) * 10 * ms, [
      { thread, stack: trace.stack(...frames.map((code): [typeof code, number] => [code, 2])) },
    ]);
  trace.end();
  reader.close();
  reader = TraceReader.open(join(directory, 'mine.trace'));
  view = newView();
  view.update(reader, true);
  const rows = () =>
    lines()
      .slice(4, -1)
      .filter((line) => line !== '');
  expect(shown()).toEqual(['step1', 'main']);
  press('m');
  expect(rows().map((line) => line.trim().replace(/ {2,}/g, '  '))).toEqual([
    expect.stringMatching(/^66\.7 .*main {2}app\.py:1$/),
    expect.stringMatching(/^33\.3 .*\[no code of your own\]$/),
  ]);
  expect(lines().at(-1)).toContain('[my code]');
  press('m');
  expect(shown()).toEqual(['step1', 'main']);
  expect(lines().at(-1)).not.toContain('[my code]');
});

test('wishes are for others to fulfil', () => {
  expect(view.press('q', 'q', size)).toBe('quit');
  expect(view.press('ctrl-c', '', size)).toBe('quit');
  expect(view.press('ctrl-z', '', size)).toBe('suspend');
  expect(view.press('w', 'w', size)).toBe('write');
  press('/');
  expect(view.press('q', 'q', size)).toBeNull();
  expect(view.press('ctrl-c', '', size)).toBe('quit');
});

test('bars: what is there is seen, what is too much is full', () => {
  expect(sparkline([0, 0.001, 0.5, 1, 7], 6)).toBe('  ▁▄██');
  expect(sparkline([1, 0.5, 0], 2)).toBe('▄ ');
});
