/** The interpreters that the benchmark can record: of each version one, the first that is found. */
import { readdirSync, readFileSync } from 'node:fs';
import { run } from './child.js';

/**
 * @typedef {object} Python
 * @property {string} path command that starts it
 * @property {string} version "3.12.1"
 * @property {string} minor "3.12"
 */

/**
 * By minor version: those that PYSPY_BENCH_PYTHONS names (interpreters or folders of them, separated by colons), then
 * `python3.X` on the PATH, then those of pyenv.
 * @returns {Promise<Map<string, Python>>}
 */
export async function findPythons() {
  const folders = (process.env.PATH ?? '').split(':').filter((name) => !name.endsWith('/shims'));
  const named = (process.env.PYSPY_BENCH_PYTHONS ?? '').split(':').filter((name) => name !== '');
  const candidates = [...named, ...folders].flatMap(
    (name) => pythonsIn(name) ?? (named.includes(name) ? [name] : []),
  );
  const pyenv = await run(['pyenv', 'root'], 10_000);
  if (pyenv.status === 0) {
    const versions = `${pyenv.stdout.trim()}/versions`;
    for (const name of list(versions) ?? []) candidates.push(...(pythonsIn(`${versions}/${name}/bin`) ?? []));
  }
  /** @type {Map<string, Python>} */
  const found = new Map();
  for (const path of candidates) {
    const version = await askVersion(path);
    if (version === null) continue;
    const minor = version.split('.').slice(0, 2).join('.');
    if (!found.has(minor)) found.set(minor, { path, version, minor });
  }
  return found;
}

/** A program ends by itself after so long, should the benchmark have been killed and not have ended it. */
const longestS = 2 * 3600;

/**
 * A program of bench/targets as a command. It goes in as text, so that an interpreter in another root can run it.
 * @param {Python} python
 * @param {string} name
 * @param {...string} args
 */
export function targetCommand(python, name, ...args) {
  const source = readFileSync(new URL(`targets/${name}.py`, import.meta.url), 'utf8');
  return [python.path, '-s', '-c', `import signal; signal.alarm(${longestS})\n${source}`, ...args];
}

/** @param {string} folder */
function pythonsIn(folder) {
  return list(folder)
    ?.filter((name) => /^python3\.\d+(-[a-z]+)?$/.test(name))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** @param {string} folder */
function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}

/** @param {string} path */
async function askVersion(path) {
  const code =
    'import sys; print(sys.implementation.name, *sys.version_info[:3], getattr(sys, "_is_gil_enabled", lambda: True)())';
  const asked = await run([path, '-c', code], 20_000);
  const match = /^cpython (\d+) (\d+) (\d+) True$/m.exec(asked.stdout);
  return match === null ? null : match.slice(1).join('.');
}
