/**
 * Runs inside the guest, as one process: reads programs of each Python there with the recorder's own modules, and writes what it
 * found into a file beside what the programs say of themselves. Nothing is judged here.
 *
 *   node collect.mjs FILE FOLDER-OF-PROGRAMS PYTHON…   each PYTHON is MINOR=ROOT
 */
import { execFileSync } from 'node:child_process';
import { cpSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DumpProcess } from '../../src/format/dump-result.js';
import { encodePages } from '../../src/platform/saved.js';
import { attach } from '../../src/record/processes/attach.js';
import { type SnapshotOptions, snapshot } from '../../src/record/session/snapshot.js';
import type { TopResult } from '../../src/replay/answers/top.js';
import { Child } from '../support/child.js';
import type { SavedProcess, SavedThread } from '../support/saved-process.js';
import { saveProcess } from '../support/saving.js';
import type { VariableTruth } from '../support/variable-truth.js';

/** Of one Python; what failed has the error in its place. */
export interface Collected {
  readonly minor: string;
  readonly still: { truth: readonly SavedThread[]; seen: DumpProcess } | Failure;
  /** What the walk read of that program, as a fixture has it; pages in base64. */
  readonly saved: { process: SavedProcess; pages: string } | Failure;
  readonly variables: { truth: readonly VariableTruth[]; seen: DumpProcess } | Failure;
  /** Null where there are none. */
  readonly tasks: DumpProcess | null | Failure;
  /** Who has the GIL and who waits for it, at some moments. */
  readonly waits: readonly DumpProcess[] | Failure;
  readonly top: TopResult | Failure;
}

export interface Failure {
  readonly error: string;
}

/** How often it is asked who has the GIL: a moment may fall between two holders. */
const moments = 20;

const plain: SnapshotOptions = { localsLength: null, tasks: false, greenlets: false, native: false };

const [file, programs, ...pythons] = process.argv.slice(2);
const collected: Collected[] = [];
for (const python of pythons) {
  const [minor, root] = python.split('=') as [string, string];
  cpSync(programs!, join(root, 'programs'), { recursive: true });
  collected.push(await collect(minor, root));
  // Whole, or not at all: the guest may be ended at any time.
  writeFileSync(
    `${file}.new`,
    JSON.stringify(collected, (_, value) => (typeof value === 'bigint' ? Number(value) : value)),
  );
  renameSync(`${file}.new`, file!);
}

async function collect(minor: string, root: string): Promise<Collected> {
  const isOld = minor === '2.7';
  const command = (...words: string[]) => [
    ...(root === '/' ? [] : ['chroot', root]),
    `/usr/bin/python${minor}`,
    ...(isOld ? ['-E', '-s'] : ['-I']),
    ...words,
  ];
  /** Starts a program, and does something with it once it has printed a key. */
  async function using<T>(
    words: string[],
    key: string,
    look: (child: Child) => Promise<T>,
  ): Promise<T | Failure> {
    const child = new Child(command(...words), {
      env: { LC_ALL: 'C.UTF-8', PATH: '/usr/sbin:/usr/bin' },
      cwd: '/',
    });
    try {
      await child.told(key);
      return await look(child);
    } catch (error) {
      return { error: (error as Error).stack ?? String(error) };
    } finally {
      await child.stop();
      process.stdout.write(`${minor} ${words.join(' ')}\n`);
    }
  }
  const shot = async (child: Child, options: Partial<SnapshotOptions> = {}): Promise<DumpProcess> =>
    (await snapshot(child.pid, { ...plain, ...options })).processes[0]!;

  let saved: Collected['saved'] = { error: 'not reached' };
  const still = await using(
    [isOld ? '/programs/older.py' : '/programs/still.py'],
    'threads',
    async (child) => {
      const truth = child.search<SavedThread[]>('threads')!;
      const seen = await shot(child);
      const { saved: process, pages } = saveProcess(await attach(child.pid), truth);
      saved = { process, pages: Buffer.from(encodePages(pages)).toString('base64') };
      return { truth, seen };
    },
  );
  const variables = await using(['/programs/variables.py'], 'frames', async (child) => ({
    truth: child.search<VariableTruth[]>('frames')!,
    seen: await shot(child, { localsLength: 5000 }),
  }));
  const tasks = isOld
    ? null
    : await using(['/programs/tasks.py', 'c'], 'ready', (child) => shot(child, { tasks: true }));
  const waits = await using(['/programs/waits.py', 'wait'], 'ready', async (child) => {
    const shots: DumpProcess[] = [];
    while (shots.length < moments) shots.push(await shot(child));
    return shots;
  });
  const top = await using(
    [isOld ? '/programs/older.py' : '/programs/states.py'],
    'ready',
    async (child): Promise<TopResult> => {
      const pyspy = (...words: string[]) =>
        execFileSync(process.execPath, ['/mnt/pyspy/bin/pyspy.js', ...words], {
          encoding: 'utf8',
          env: { PATH: '/usr/bin', HOME: '/root' },
        });
      const trace = `/tmp/${minor}.trace`;
      pyspy('record', '--pid', String(child.pid), '-r', '20', '-d', '4s', '-o', trace);
      return JSON.parse(pyspy('top', trace, '--idle', '--json'));
    },
  );
  return { minor, still, saved, variables, tasks, waits, top };
}
