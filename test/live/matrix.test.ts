/**
 * Every interpreter that is found, against what it says of itself (sys._current_frames()): the table of
 * docs/versions.md. PYSPY_SAVE_VERSIONS=1 keeps the results in docs/supported-pythons.json.
 */
import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { DumpThread } from '../../src/format/dump-result.js';
import { readBuild } from '../support/builds.js';
import type { Child } from '../support/child.js';
import { until } from '../support/conditions.js';
import { describeAnyPython } from '../support/each-python.js';
import { dumpThreads } from '../support/pyspy.js';
import { olderMinors, type Python } from '../support/pythons.js';
import { openTarget, startTarget } from '../support/targets.js';
import type { ThreadTruth } from '../support/truth.js';
import { type Check, formatRecord, recordFile, type VersionRun } from '../support/version-record.js';

const runs: VersionRun[] = [];

/** One word in Latin-1, one that needs 16 bits a character, one that needs more. */
const threeScripts = [/[\u00c0-\u00ff]/, /[\u0400-\u04ff]/, /[\u{10000}-\u{10ffff}]/u];

/** What a program says of its threads that hold still, what is shown of all, and the two side by side. */
interface Look {
  readonly target: Child;
  readonly truth: readonly ThreadTruth[];
  readonly shown: readonly DumpThread[];
  readonly pairs: readonly { readonly said: ThreadTruth; readonly seen: DumpThread }[];
}

describeAnyPython('every interpreter', (python) => {
  const isOld = olderMinors.includes(python.minor);
  const verdicts: VersionRun['checks'] = {};
  let target: Child | undefined;
  afterAll(() => target?.stop());

  /** Once for all checks. */
  let looked: Promise<Look> | undefined;
  async function look(): Promise<Look> {
    const { version } = python;
    const { linkage, stripped, pie, freeThreaded, debug, jit, compiler } = await readBuild(python);
    const build = { linkage, stripped, pie, freeThreaded, debug, jit, compiler };
    runs.push({ version, from: originOf(python), ...build, checks: verdicts });
    target = await openTarget(python, isOld ? 'older.py' : 'shapes.py');
    const truth = await target.told<ThreadTruth[]>('threads');
    const shown = await dumpThreads(target.pid);
    const pairs = truth.flatMap((said) =>
      shown.filter(({ thread_id }) => thread_id === said.id).map((seen) => ({ said, seen })),
    );
    return { target, truth, shown, pairs };
  }

  /** A check that has failed until it has passed. */
  function check(name: Check, body: (look: Look) => unknown): void {
    test(name, async () => {
      verdicts[name] = 'failed';
      looked ??= look();
      await body(await looked);
      verdicts[name] = 'passed';
    });
  }

  check('threads', ({ target, truth, shown, pairs }) => {
    // All that it tells of, those that move, and no others; each with an id of the operating system of its own.
    const moving = isOld ? ['MainThread', 'spin'] : ['reporter'];
    const others = shown.filter(({ thread_id }) => !truth.some(({ id }) => id === thread_id));
    expect(others.map(({ name }) => name).sort()).toEqual(moving);
    expect(pairs.length).toBe(truth.length);
    for (const { said, seen } of pairs) expect(seen.os_thread_id).toBe(said.native ?? seen.os_thread_id);
    expect(new Set(shown.map(({ os_thread_id }) => os_thread_id)).size).toBe(shown.length);
    expect(shown.find(({ os_thread_id }) => os_thread_id === target.pid)?.name).toBe('MainThread');
  });

  check('functions', ({ pairs }) => {
    for (const { said, seen } of pairs)
      expect(seen.frames.map((frame) => [frame.function, frame.file])).toEqual(
        said.frames.map(([name, file]) => [name, file]),
      );
  });

  check('lines', ({ pairs }) => {
    for (const { said, seen } of pairs)
      expect(seen.frames.map((frame) => [frame.function, frame.line])).toEqual(
        said.frames.map(([name, , line]) => [name, line]),
      );
  });

  check('depth', ({ pairs }) => {
    expect(pairs.map(({ seen }) => seen.frames.length)).toEqual(pairs.map(({ said }) => said.frames.length));
    expect(Math.max(...pairs.map(({ seen }) => seen.frames.length))).toBeGreaterThan(isOld ? 40 : 300);
  });

  check('thread names', ({ pairs }) => {
    expect(pairs.map(({ seen }) => seen.name)).toEqual(pairs.map(({ said }) => said.name));
  });

  check('state', async ({ target, pairs }) => {
    // Without a GIL nobody can hold it.
    const unheld = python.freeThreaded ? null : false;
    const held = python.freeThreaded ? null : true;
    for (const { seen } of pairs)
      expect(seen).toMatchObject({ status: 'idle', gil: unheld, torn: false, failed: false });
    // One that computes is seen doing so, and holding the GIL, sooner or later; never two that hold it.
    const busy = isOld ? target : await startTarget(python, 'states.py');
    await until('the thread that computes runs and holds the GIL', async () => {
      const threads = await dumpThreads(busy.pid);
      expect(threads.filter(({ gil }) => gil).length).toBeLessThanOrEqual(1);
      return threads.some(({ name, status, gil }) => name === 'spin' && status === 'running' && gil === held);
    });
  });

  const expectScripts = (words: readonly string[]): void => {
    for (const script of threeScripts) expect(words.some((word) => script.test(word))).toBe(true);
  };
  const framesOf = ({ pairs }: Look) => pairs.flatMap(({ seen }) => seen.frames);

  if (isOld) verdicts['identifiers in three scripts'] = 'not applicable';
  else
    check('identifiers in three scripts', (look) => {
      const words = framesOf(look).map((frame) => frame.function);
      expectScripts(words);
      expect(words).toEqual(look.pairs.flatMap(({ said }) => said.frames.map(([name]) => name)));
    });

  check('paths in three scripts', (look) => {
    const words = framesOf(look).map((frame) => frame.file);
    expectScripts(words);
    expect(words).toEqual(look.pairs.flatMap(({ said }) => said.frames.map(([, file]) => file)));
  });

  check('thread names in three scripts', ({ pairs }) => {
    expectScripts(pairs.map(({ seen }) => seen.name ?? ''));
    expect(pairs.map(({ seen }) => seen.name)).toEqual(pairs.map(({ said }) => said.name));
  });
});

describe('the record of the run', () => {
  test.runIf(process.env.PYSPY_SAVE_VERSIONS === '1')('is kept (PYSPY_SAVE_VERSIONS=1)', () => {
    expect(runs.length).toBeGreaterThan(0);
    writeFileSync(recordFile, formatRecord({ platform: 'Linux x86-64 with glibc', runs }));
  });
});

/** Where an interpreter is from, without a path of this machine. */
function originOf({ path, title }: Python): string {
  return /-([a-z]+)$/.exec(path)?.[1] ?? /\((.*)\)$/.exec(title)![1]!;
}
