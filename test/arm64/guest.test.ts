/**
 * CPython on arm64, in a real guest that is emulated: what is read of each version there, against what it says of itself. With
 * PYSPY_SAVE_MEMORY=1 the memory that was read becomes the fixtures of the fast tests.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { expectArrangedTasks } from '../support/arranged-tasks.js';
import { privateFolder } from '../support/private-folder.js';
import { savedFolder } from '../support/saved-process.js';
import { expectVariables } from '../support/variable-truth.js';
import type { Collected, Failure } from './collect.js';
import { mirror } from './debian.js';
import { runInGuest } from './guest.js';
import { guestPythons, isUp, makeImage, type PageSize } from './image.js';
import { fillShare, guestNode } from './share.js';

/** The longest that a guest may take with all that it is made of, in ms: what it has not come to by then is skipped by name. */
const limit = 900_000;

/** Kernels, and the versions that are looked at with each. */
const guests: readonly { pages: PageSize; minors: readonly string[] }[] = [
  { pages: 4, minors: guestPythons.map(({ minor }) => minor) },
  { pages: 16, minors: ['3.9', '3.13'] },
];

const tools = ['qemu-system-aarch64', 'apt-get', 'dpkg-deb', 'mke2fs', 'cpio', 'depmod', 'xz', 'npm'];

/** Why there can be no guest here; null if there can. */
function whyNot(): string | null {
  if (process.getuid?.() !== 0) return 'only root can make a system';
  const missing = tools.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  return mirror() === null ? 'this machine has no source of Debian packages' : null;
}

const reason = whyNot();

if (reason !== null) test.skip(`a guest for arm64: ${reason}`, () => {});
else
  describe.each(guests)('a guest with pages of $pages KiB', ({ pages, minors }) => {
    const found = new Map<string, Collected>();
    /** Why it could not be made. */
    let notMade: string | null = null;
    /** Why a version is not in it. */
    const notThere = new Map<string, string>();

    beforeAll(async () => {
      const end = Date.now() + limit;
      let share: string;
      let image: ReturnType<typeof makeImage>;
      try {
        // Kept from run to run: some 1.5 GB.
        const folder = privateFolder('arm64');
        share = join(folder, 'share');
        image = makeImage(folder, pages);
        await fillShare(share);
      } catch (error) {
        notMade = (error as Error).message.split('\n')[0]!;
        return;
      }
      const wanted = guestPythons.filter(({ minor }) => minors.includes(minor));
      for (const { minor, root } of wanted) {
        const why = image.missing[root];
        if (why !== undefined) notThere.set(minor, why);
      }
      const pythons = wanted.filter(({ minor }) => !notThere.has(minor));
      const words = pythons.map(({ minor, root }) => `${minor}=${root}`).join(' ');
      const command = `${guestNode} /mnt/collect.mjs /mnt/found.json /mnt/programs ${words}`;
      writeFileSync(join(share, 'found.json'), '[]');
      const { status, output } = await runInGuest(image, {
        pages,
        share,
        command,
        limit: Math.max(60_000, end - Date.now()),
      });
      if (status !== null) expect(status, output.slice(-4000)).toBe(0);
      for (const one of JSON.parse(readFileSync(join(share, 'found.json'), 'utf8')) as Collected[])
        found.set(one.minor, one);
      expect(output).toContain(isUp);
    });

    /** What was found of one thing; the test is skipped by name where there is no guest. */
    function take<Name extends Exclude<keyof Collected, 'minor'>>(
      context: TestContext,
      minor: string,
      name: Name,
    ): Exclude<Collected[Name], Failure> {
      if (notMade !== null) context.skip(notMade);
      const why = notThere.get(minor);
      if (why !== undefined) context.skip(why);
      const all = found.get(minor);
      if (all === undefined) context.skip('the guest was too slow to come to it');
      const one = all[name];
      const { error } = (one ?? {}) as Partial<Failure>;
      if (error !== undefined) throw new Error(error);
      return one as Exclude<Collected[Name], Failure>;
    }

    describe.each(minors)('CPython %s', (minor) => {
      test('threads, their names, functions, files and lines', (context) => {
        const { truth, seen } = take(context, minor, 'still');
        const isOld = minor === '2.7';
        expect(truth.length).toBeGreaterThan(3);
        expect(seen.threads.length).toBe(truth.length + (isOld ? 2 : 1));
        for (const said of truth) {
          const thread = seen.threads.find(({ thread_id: id }) => id === said.id)!;
          expect(thread).toMatchObject({ name: said.name, status: 'idle', torn: false, failed: false });
          if (said.native) expect(thread.os_thread_id).toBe(said.native);
          expect(thread.frames.map(({ function: name, file, line }) => [name, file, line])).toEqual(
            said.frames,
          );
        }
        const ids = seen.threads.map(({ os_thread_id: id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).toContain(seen.pid);
        expect(ids).not.toContain(null);
      });

      test('variables', (context) => {
        const { truth, seen } = take(context, minor, 'variables');
        expectVariables(truth, seen.threads[0]!.frames);
      });

      test.runIf(minor !== '2.7')('tasks of asyncio', (context) => {
        const seen = take(context, minor, 'tasks')!;
        expectArrangedTasks(seen.tasks!, { minor, kind: 'c', pid: seen.pid });
      });

      test('who has the GIL, and who waits for it', (context) => {
        const moments = take(context, minor, 'waits');
        const times = { holds: 0, waits: 0 };
        for (const { threads } of moments) {
          const holders = threads.filter(({ gil }) => gil);
          expect(holders.length).toBeLessThanOrEqual(1);
          for (const { name, gil_wait: waits } of threads) {
            // Before 3.7 what says it is a static variable, which a program without symbols does not show.
            if (minor === '2.7') expect(waits).not.toBe(true);
            else expect(waits, name!).not.toBeNull();
            if (waits) expect(['greedy', 'wanting']).toContain(name);
          }
          if (holders.some(({ name }) => name === 'greedy' || name === 'wanting')) times.holds++;
          if (threads.some(({ gil_wait: waits }) => waits)) times.waits++;
        }
        // How often depends on how the guest's two processors are emulated.
        expect(times.holds).toBeGreaterThan(0);
        if (minor !== '2.7') expect(times.waits).toBeGreaterThan(0);
      });

      test('a recording, and its summary', (context) => {
        const { samples, rows } = take(context, minor, 'top');
        expect(samples).toBeGreaterThan(10);
        const functions = rows.map((row) => row.function);
        for (const name of minor === '2.7' ? ['spin', 'block'] : ['compute', 'sleep', 'main'])
          expect(functions).toContain(name);
      });

      test.runIf(process.env.PYSPY_SAVE_MEMORY === '1' && minor !== '2.7' && pages === 4)(
        'its memory becomes a fixture (PYSPY_SAVE_MEMORY=1)',
        (context) => {
          const { process, pages } = take(context, minor, 'saved');
          writeFileSync(`${savedFolder}cpython-${minor}-arm64.json`, `${JSON.stringify(process, null, 1)}\n`);
          writeFileSync(`${savedFolder}cpython-${minor}-arm64.pages`, Buffer.from(pages, 'base64'));
        },
      );
    });
  });
