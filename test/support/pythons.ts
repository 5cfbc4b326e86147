/** The interpreters that the live tests attach to: whatever this machine has. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

export interface Python {
  /** Command that starts it. */
  readonly path: string;
  /** "3.12.1" */
  readonly version: string;
  /** "3.12"; "3.14t" for a free-threaded build, which has structures of its own. */
  readonly minor: string;
  readonly freeThreaded: boolean;
  /** Built with --with-pydebug. */
  readonly debug: boolean;
  /** "3.12.1 (pyenv)", "3.14.8t (…)", "3.14.8d (…)" for a debug build: names it in test titles. */
  readonly title: string;
}

/**
 * Versions that the recorder reads; each is tested, or named as missing. 2.7 cannot run most programs of the tests, and
 * those without f-strings and async comprehensions not all.
 */
export const python2 = '2.7';
export const olderMinors: readonly string[] = [python2, '3.3', '3.4', '3.5'];
export const supportedMinors = [
  '3.3',
  '3.4',
  '3.5',
  '3.6',
  '3.7',
  '3.8',
  '3.9',
  '3.10',
  '3.11',
  '3.12',
  '3.13',
  '3.14',
  '3.15',
] as const;

/** Free-threaded builds that the recorder reads. */
export const freeThreadedMinors = ['3.13t', '3.14t', '3.15t'] as const;

const readMinors: readonly string[] = [...supportedMinors, ...freeThreadedMinors];

/**
 * `python3.X` (free-threaded: `python3.Xt`, debug: `python3.Xd`) on the PATH, the directories under `pyenv root`, and those named in PYSPY_TEST_PYTHONS (a
 * colon-separated list of interpreters or of directories with interpreters in them, such as launchers into a
 * foreign root). One of each kind and version.
 */
export function findPythons(): Python[] {
  const found = new Map<string, Python>();
  for (const { path, origin } of candidates()) {
    const build = askBuild(path);
    if (build === null) continue;
    const { version, freeThreaded, debug } = build;
    const minor = `${version.split('.').slice(0, 2).join('.')}${freeThreaded ? 't' : ''}`;
    const title = `${version}${freeThreaded ? 't' : ''}${debug ? 'd' : ''} (${origin})`;
    if (!found.has(title)) found.set(title, { path, version, minor, freeThreaded, debug, title });
  }
  return [...found.values()].sort((a, b) => a.title.localeCompare(b.title, 'en', { numeric: true }));
}

/** Interpreters of versions that the recorder reads, but 2.7. */
export function findSupportedPythons(): Python[] {
  return findPythons().filter((python) => readMinors.includes(python.minor));
}

/** The command of a PyPy, which is to be refused, from the PATH and PYSPY_TEST_PYTHONS; null if there is none. */
export function findPyPy(): string | null {
  const folders = `${process.env.PYSPY_TEST_PYTHONS ?? ''}:${process.env.PATH ?? ''}`.split(':');
  for (const folder of folders.filter((name) => name !== '' && existsSync(name)))
    for (const name of filesIn(folder, /^pypy3?(-[a-z]+)?$/)) return name;
  return null;
}

function candidates(): { path: string; origin: string }[] {
  const list: { path: string; origin: string }[] = [];
  for (const entry of (process.env.PYSPY_TEST_PYTHONS ?? '').split(':').filter((name) => name !== '')) {
    const inside = existsSync(entry) ? pythonsIn(entry) : [];
    for (const path of inside.length > 0 ? inside : [entry])
      list.push({ path, origin: 'PYSPY_TEST_PYTHONS' });
  }
  const pyenv = spawnSync('pyenv', ['root'], { encoding: 'utf8' });
  const versions = pyenv.status === 0 ? `${pyenv.stdout.trim()}/versions` : '';
  if (versions !== '' && existsSync(versions))
    for (const name of readdirSync(versions))
      for (const path of pythonsIn(`${versions}/${name}/bin`)) list.push({ path, origin: 'pyenv' });
  // pyenv's shims are shell scripts that lead to one of the above.
  for (const folder of (process.env.PATH ?? '').split(':'))
    if (existsSync(folder) && !folder.endsWith('/shims'))
      for (const path of pythonsIn(folder)) list.push({ path, origin: 'PATH' });
  return list;
}

function pythonsIn(folder: string): string[] {
  return filesIn(folder, /^python(2\.7|3\.\d+t?d?)(-[a-z]+)?$/);
}

function filesIn(folder: string, pattern: RegExp): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}

function askBuild(path: string): Pick<Python, 'version' | 'freeThreaded' | 'debug'> | null {
  const code = [
    'import sys',
    'name = getattr(getattr(sys, "implementation", None), "name", "cpython")',
    'free = "t" in getattr(sys, "abiflags", "")',
    'print("%s %d.%d.%d %d %d" % ((name,) + sys.version_info[:3] + (free, hasattr(sys, "gettotalrefcount"))))',
  ].join('\n');
  const asked = spawnSync(path, ['-c', code], { encoding: 'utf8', timeout: 20_000 });
  const match = /^cpython (\d+\.\d+\.\d+) ([01]) ([01])/.exec(asked.stdout ?? '');
  return match && { version: match[1]!, freeThreaded: match[2] === '1', debug: match[3] === '1' };
}
