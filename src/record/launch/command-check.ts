/** Whether a command can be started, and why it could not: execvp(3), execve(2). */
import { accessSync, closeSync, constants as modes, openSync, readSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { bytesOfLastWords } from '../../caller.js';
import { PyspyError } from '../../errors.js';
import { fileStat } from '../../format/files/file-stat.js';
import { programNames } from '../../platform/program-names.js';

/** The kernel reads as much of a script for the name of its interpreter (BINPRM_BUF_SIZE). */
const firstLineBytes = 256;

const { ENOENT, EACCES, ENOTDIR, ELOOP, E2BIG, EAGAIN, ENOMEM, ENOEXEC, ETXTBSY, EIO, EINVAL } =
  constants.errno;

/**
 * Looks whether there is such a program at all, before anything gets ready for it.
 * @param command the last words of this command line
 * @throws PyspyError of kind "usage" if there is none, or it cannot be run
 */
export function checkCommand(command: readonly string[]): void {
  const [name] = bytesOfLastWords(command);
  if (findProgram(name!) === null) throw explainStart(name!, ENOENT);
}

/** @returns path of the program that a name means, as a shell finds it; null where there is none */
export function findProgram(name: Buffer): Buffer | null {
  if (name.length === 0) return null;
  const { separator, delimiter, suffixes, usualPath } = programNames;
  const places = isPath(name)
    ? [name]
    : (process.env.PATH ?? usualPath)
        .split(delimiter)
        .map((folder) => Buffer.concat([Buffer.from(`${folder || '.'}${separator}`), name]));
  const files = places.flatMap((place) =>
    suffixes.map((suffix) => Buffer.concat([place, Buffer.from(suffix)])),
  );
  // In a folder that may not be searched there is none, too: execvp(3) goes on to the next one.
  const there = files.filter((file) => fileStat(file) !== undefined);
  return there.find(isRunnable) ?? there[0] ?? null;
}

function isPath(name: Buffer): boolean {
  return programNames.separators.some((separator) => name.includes(separator));
}

function isRunnable(file: Buffer): boolean {
  try {
    accessSync(file, modes.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** @param errno of the attempt */
export function explainStart(name: Buffer, errno: number): PyspyError {
  const program = findProgram(name);
  const start = `cannot start ${name}`;
  const usage = (reason: string, hint: string): PyspyError =>
    new PyspyError('usage', `${start}: ${reason}`, { hint });
  const usual = 'Give the command as you would type it: pyspy record -- python program.py';
  if (program === null)
    return usage(isPath(name) ? 'there is no such program' : 'there is no such program on the PATH', usual);
  const at = program.equals(name) ? 'it' : String(program);
  if (errno === ENOENT || errno === ENOTDIR || errno === ELOOP) {
    const interpreter = interpreterOf(program);
    if (interpreter === null)
      return usage(
        `${at} is there, but not the loader or library that it needs to run (it may be built for another system)`,
        `See what it needs: file ${program}; ldd ${program}`,
      );
    const isDos = interpreter.endsWith('\r');
    return usage(
      `the first line of ${at === 'it' ? 'the script' : at} asks for the interpreter ${JSON.stringify(interpreter)}, which is not there`,
      isDos
        ? `Its lines end as on Windows, with a carriage return: sed -i 's/\\r$//' ${program}`
        : `Mend its first line, or name the interpreter: pyspy record -- python ${program}`,
    );
  }
  if (errno === EACCES) {
    if (statSync(program).isDirectory()) return usage(`${at} is a directory`, usual);
    const interpreter = isRunnable(program) ? interpreterOf(program) : null;
    return interpreter === null
      ? usage(`${at} is not executable`, `chmod +x ${program}, or: pyspy record -- python ${program}`)
      : usage(
          `the interpreter ${JSON.stringify(interpreter)} in the first line of ${at === 'it' ? 'the script' : at} is not executable`,
          `Mend its first line, or name the interpreter: pyspy record -- python ${program}`,
        );
  }
  return usage(otherReasons[errno] ?? `the system refuses it (error ${errno})`, usual);
}

const otherReasons: Readonly<Record<number, string>> = {
  [E2BIG]: 'its arguments and environment are longer than the system allows',
  [EAGAIN]: 'no more processes are allowed (ulimit -u, or the limit of the container)',
  [ENOMEM]: 'there is no memory left',
  [ENOEXEC]: 'it is no program for this machine',
  [ETXTBSY]: 'it is being written to just now',
  // Where files have no bits that say what they are (Windows): Node starts no batch files.
  [EINVAL]: 'it is no program that can be started without a shell (.bat, .cmd)',
  [EIO]: 'it could not be read from the disk',
};

/** What the first line of a script asks for; null where it is no script. */
function interpreterOf(program: Buffer): string | null {
  const bytes = Buffer.alloc(firstLineBytes);
  try {
    const fd = openSync(program, modes.O_RDONLY | modes.O_NONBLOCK);
    try {
      const line = bytes.subarray(0, readSync(fd, bytes)).toString().split('\n')[0]!;
      return /^#![ \t]*([^ \t]+)/.exec(line)?.[1] ?? null;
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}
