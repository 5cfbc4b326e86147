/** What people type, in the form that the commands take: short forms, bare pids, names of processes, options of py-spy. */

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { requireRecorder } from '../../run/processes/recorder.js';
import { parseExpression } from '../options/filter.js';
import { recordFormats } from '../options/record-view.js';

/** Commands that take a process. */
const ofProcesses = ['record', 'top', 'flame', 'dump'];

/**
 * @param program with all its commands
 * @param words what stands behind "pyspy"
 * @returns words that say the same and that the program can parse
 * @throws PyspyError of kind "usage" or "target" where a process is meant that is none, or several
 */
export async function toCommandWords(program: Command, words: readonly string[]): Promise<string[]> {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  const own = withCommand(words.slice(0, end), end < words.length);
  const command = program.commands.find((known) => known.name() === own[0]);
  const meant =
    command !== undefined && ofProcesses.includes(command.name())
      ? await withPid(own[0] === 'record' ? withFormat(own) : own, command)
      : own;
  return [...meant, ...words.slice(end)];
}

/** `pyspy 1`, `pyspy --pid 1` and `pyspy -- python program.py` are short for top, and with --flame FILE for flame -o FILE. */
function withCommand(own: readonly string[], hasProgram: boolean): string[] {
  if (own.length > 0 && isPid(own[0]!)) return ['top', ...own];
  const isShort =
    (own[0]?.startsWith('-') ?? hasProgram) &&
    (hasProgram || own.some((word) => /^(?:-p\d*|--pid(?:=.*)?|--flame(?:=.*)?)$/.test(word)));
  return isShort
    ? [shortFor(own), ...own.map((word) => word.replace(/^--flame(?==|$)/, '--output'))]
    : [...own];
}

/** The command that options without one are meant for. */
export function shortFor(words: readonly string[]): 'top' | 'flame' {
  return words.some((word) => /^--flame(?:=|$)/.test(word)) ? 'flame' : 'top';
}

/** py-spy's -f names a format; here it is short for --force, which stands before no such word. */
function withFormat(own: readonly string[]): string[] {
  const at = own.findIndex((word, i) => word === '-f' && recordFormats.includes(own[i + 1] ?? ''));
  return at < 0 ? [...own] : [...own.slice(0, at), '--format', ...own.slice(at + 1)];
}

/** A pid in the place of a file or command is one for --pid; a name behind --pid is looked up. */
async function withPid(own: readonly string[], command: Command): Promise<string[]> {
  const words = [...own];
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!;
    const [flag, value] = /^(-p|--pid)=?(.*)$/.exec(word)?.slice(1) ?? [];
    if (flag !== undefined) {
      const place = value === '' ? at + 1 : at;
      const which = value === '' ? words[place] : value;
      // Commander says what is missing.
      if (which === undefined || (value === '' && which.startsWith('-'))) return words;
      const pid = isPid(which) ? await ownerOf(which) : await findProcess(which);
      words.splice(at, place - at + 1, '--pid', pid);
      return words;
    }
    if (!word.startsWith('-')) {
      if (isPid(word) && !existsSync(word)) words.splice(at, 1, '--pid', await ownerOf(word));
      return words;
    }
    if (takesValue(command, word)) at++;
  }
  return words;
}

function isPid(word: string): boolean {
  return /^(?:\d+|0x[0-9a-f]+)$/i.test(word);
}

/** Whether the next word belongs to an option. */
function takesValue(command: Command, word: string): boolean {
  if (word.includes('=')) return false;
  const option = command.options.find(({ short, long }) => word === short || word === long);
  return option?.required ?? false;
}

/** A process of this machine, by the id of one of its threads or by its command line. */
const loadProcesses = () => {
  requireRecorder();
  return import('../../run/processes/find-process.js');
};

async function ownerOf(word: string): Promise<string> {
  return (await loadProcesses()).ownerOf(word);
}

/** @throws PyspyError of kind "usage" for an expression that is none, "target" where not exactly one Python matches */
async function findProcess(text: string): Promise<string> {
  const which = parseExpression(text, '--pid');
  return String((await loadProcesses()).findProcess(which, text));
}
