/**
 * Files by the name that does not depend on where things are installed: what diffs match by and colours are made
 * of.
 */
import { compareText } from '../../compare-text.js';
import type { ProcessRow } from '../../format/vocabulary.js';
import {
  type CodeOrigin,
  codeOrigin,
  findInterpreters,
  type Interpreters,
  installed,
  standard,
} from './code-origin.js';

export class CodePaths {
  /** Directories with a slash at their end, the longest first. */
  readonly #roots: readonly string[];
  readonly #interpreters: Interpreters;

  /** @param processes whose working and script directories are cut off */
  constructor(processes: readonly ProcessRow[]) {
    this.#interpreters = findInterpreters(processes);
    const roots = new Set<string>();
    for (const process of processes) {
      for (const directory of [process.cwd, scriptDirectory(process)])
        if (directory?.startsWith('/') && directory !== '/') roots.add(`${directory}/`);
    }
    this.#roots = [...roots].sort((a, b) => b.length - a.length || compareText(a, b));
  }

  /** `django/db/models/query.py`, `json/decoder.py`, `src/app.py`; as it is where nothing of it can be cut off. */
  relative(file: string): string {
    for (const prefix of [installed, standard]) {
      const match = prefix.exec(file);
      if (match !== null && match[0].length < file.length) return file.slice(match[0].length);
    }
    const root = this.#roots.find(
      (directory) => file.startsWith(directory) && file.length > directory.length,
    );
    return root === undefined ? file.replace(/^(?:\.\/)+/, '') : file.slice(root.length);
  }

  /** Whose code it is (see `codeOrigin`). */
  origin(file: string): CodeOrigin {
    return codeOrigin(file, this.#interpreters);
  }

  /** The package or module that a file belongs to: `json`, `django.db`, `importlib` for `<frozen importlib._bootstrap>`. */
  module(file: string): string {
    const frozen = /^<frozen ([^>.]+)/.exec(file);
    if (frozen !== null) return frozen[1]!;
    const inner = /^<(\S+)/.exec(file);
    if (inner !== null) return `<${inner[1]!.replace(/>$/, '')}>`;
    const relative = this.relative(file);
    const parts = relative.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
    const last = (parts.pop() ?? '').replace(/\.(?:py[cw]?|(?:[^.]+\.)?so[\d.]*|pyd)$/, '');
    // What could not be made relative would colour one file differently in every checkout.
    if (relative.startsWith('/') || parts.length === 0) return last;
    return parts.slice(0, 2).join('.');
  }
}

/** Directory of the script on a Python command line: the first word that is no option; null for -c, -m and none. */
function scriptDirectory({ command, cwd }: ProcessRow): string | null {
  for (let at = 1; at < command.length; at++) {
    const word = command[at]!;
    if (word === '-c' || word === '-m' || word === '-') return null;
    if (word === '-W' || word === '-X' || word === '--check-hash-based-pycs') at++;
    else if (!word.startsWith('-')) {
      const path = normalize(word.startsWith('/') ? word : `${cwd}/${word}`);
      return path.slice(0, path.lastIndexOf('/')) || '/';
    }
  }
  return null;
}

/** Takes "." and ".." out of an absolute path, whatever system this runs on. */
function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
