/** The interpreters that the live tests attach to: whatever this machine has. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

export interface Python {
  /** Command that starts it. */
  readonly path: string;
  /** "3.12.1" */
  readonly version: string;
  /** "3.12" */
  readonly minor: string;
  /** Whether it was built with --with-pydebug. */
  readonly debug: boolean;
  /** "3.12.1 (pyenv)", "3.12.0 debug (PATH)": names it in test titles. */
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

/**
 * `python3.X` on the PATH, the directories under `pyenv root`, and those named in PYSPY_TEST_PYTHONS (a
 * colon-separated list of interpreters or of directories with interpreters in them, such as launchers into a
 * foreign root). One of each kind and version.
 */
export function findPythons(): Python[] {
  const found = new Map<string, Python>();
  for (const { path, origin } of candidates()) {
    const asked = ask(path);
    if (asked === null) continue;
    const { version, debug } = asked;
    const minor = version.split('.').slice(0, 2).join('.');
    const title = `${version} ${debug ? 'debug ' : ''}(${origin})`;
    if (!found.has(title)) found.set(title, { path, version, minor, debug, title });
  }
  return [...found.values()].sort((a, b) => a.title.localeCompare(b.title, 'en', { numeric: true }));
}

/** Interpreters of versions that the recorder reads, but 2.7. */
export function findSupportedPythons(): Python[] {
  return findPythons().filter((python) => (supportedMinors as readonly string[]).includes(python.minor));
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
  return filesIn(folder, /^python(2\.7|3\.\d+)(-[a-z]+)?$/);
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

function ask(path: string): { version: string; debug: boolean } | null {
  const code =
    'import sys; print("%s %d.%d.%d %d" % ((sys.implementation.name if hasattr(sys, "implementation") else "cpython",) + sys.version_info[:3] + (hasattr(sys, "gettotalrefcount"),)))';
  const asked = spawnSync(path, ['-c', code], { encoding: 'utf8', timeout: 20_000 });
  const match = /^cpython (\d+\.\d+\.\d+) ([01])/.exec(asked.stdout ?? '');
  return match && { version: match[1]!, debug: match[2] === '1' };
}
