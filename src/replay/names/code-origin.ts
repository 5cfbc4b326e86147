/**
 * Whose code a file is, by its path alone: a trace is read on other machines than the one that it was made on, so nothing is
 * looked up on a disk.
 */
import type { ProcessRow } from '../../format/vocabulary.js';

/** The program's own files; installed packages, and code that libraries generate; Python's library; none. */
export type CodeOrigin = 'own' | 'library' | 'standard' | 'none';

/** Everything up to these is where packages happen to be installed; the last one in a path counts. */
export const installed =
  /^(?:.*\/)?(?:site-packages|dist-packages|vendor-packages|__pypackages__|[^/]+\.egg|[^/]+\.whl)\//s;

/** The standard library, in a directory or zipped: the same of pyenv, Debian, conda, macOS and PyPy. */
export const standard =
  /^(?:.*\/)?(?:lib(?:32|64)?\/(?:python|pypy|graalpy)\d+(?:\.\d+)?[td]*|lib\/python\d+\.zip)\//s;

/** On Windows it is the folder Lib of an installation, which only the name of that tells from a program's own "lib". */
const standardOnWindows = new RegExp(
  `^(?:.*/)?(?:${[
    'python\\d+(?:-\\w+)?', // The installer of python.org.
    'pythonsoftwarefoundation\\.python\\.[^/]*', // The store.
    'python\\.\\d[^/]*/tools', // NuGet.
    '(?:ana|mini)conda\\d?|mini(?:forge|mamba)\\d?|mambaforge|envs/[^/]+', // conda and its environments.
    'versions/\\d+\\.\\d[^/]*', // pyenv-win.
    'cpython-\\d[^/]*', // uv.
  ].join('|')})/lib/|^(?:.*/)?python\\d+\\.zip/`,
  's',
);

/** Where systems and users have commands that were installed. */
const commandDirectory =
  /^(?:\/usr(?:\/local)?)?\/s?bin\/[^/]+$|^\/opt\/homebrew\/bin\/[^/]+$|\/\.local\/bin\/[^/]+$/;

/** What a person typed has no file either: the prompts of Python and IPython, pipes, doctest, timeit. */
const typed = /^<(?:stdin|console|input|ipython-.*|doctest .*|timeit-src|cell .*)>$/s;

/**
 * What profiles of others have in the place of a file for native code: shared libraries (`libc.so.6`, `_speed.cpython-312-….so`), those of
 * macOS and Windows, kernel modules; what perf, Austin and samply call the kernel and memory without a file (`[kernel.kallsyms]`,
 * `[vdso]`, `kernel`, `//anon`); an interpreter (`python3.12`).
 */
const nativeCode = new RegExp(
  [
    '\\.(?:so(?:\\.\\d+)*|dylib|dll|exe|pyd|ko(?:\\.[gx]z|\\.zst)?)(?: \\(deleted\\))?$',
    '^\\[[^\\]/]+\\](?:[_ ][^/]*)?$',
    '^(?:kernel|//anon.*|anon_inode:.*|/memfd:.*|/SYSV.*|/dev/zero)$',
    '(?:^|/)(?:vmlinux.*|perf-\\d+\\.map|python(?:\\d+(?:\\.\\d+)?[a-z]*)?)$',
  ].join('|'),
  's',
);

/** Whether it is what profiles of others have for native code. @param file as they have it */
export function isNativeFile(file: string): boolean {
  return nativeCode.test(comparablePath(file));
}

/** What the processes of a trace tell of their interpreters. Paths have slashes, those of Windows small letters. */
export interface Interpreters {
  /** Directories of the interpreters' executables, each with a slash at its end. */
  readonly directories: readonly string[];
  /** Whether one was given its program as an argument (`-c`), whose code is in `<string>`. */
  readonly hasInlineProgram: boolean;
}

/** Reads them off the processes' command lines and executables. */
export function findInterpreters(
  processes: readonly Pick<ProcessRow, 'executable' | 'command'>[],
): Interpreters {
  const directories = new Set<string>();
  // Of a virtual environment only the command line has the place: its executable is a link.
  for (const { executable, command } of processes)
    for (const path of [executable, command[0]]) {
      const plain = path === undefined ? '' : comparablePath(path);
      if (isAbsolute(plain)) directories.add(plain.slice(0, plain.lastIndexOf('/') + 1));
    }
  return { directories: [...directories], hasInlineProgram: processes.some(isInline) };
}

/** Whether it runs a program that stands on its command line; that by which multiprocessing starts its workers is none. */
function isInline({ command }: Pick<ProcessRow, 'command'>): boolean {
  const at = command.indexOf('-c', 1);
  return at > 0 && !/^from multiprocessing\./.test(command[at + 1] ?? '');
}

/**
 * Whose code it is that has this file name:
 * - "none": there is no file, as of built-in functions and of imported profiles that have names alone; or it is that of native code,
 *   which imported profiles have beside Python's.
 * - "standard": Python's library (`lib/python3.12`, `Lib` of an installation on Windows or beside the interpreter, `python312.zip`,
 *   `<frozen …>`).
 * - "library": what is installed (`site-packages`, `dist-packages`, eggs, wheels); commands that pip made (in the interpreter's
 *   directory, or the system's, without ".py"); code that libraries generate (`<string>`, `<attrs generated init …>`).
 * - "own": all other files, wherever they are, and what was typed: `<stdin>`, `<ipython-input-…>`, and `<string>` where a program
 *   was given with `-c`.
 * @param file as the code object has it: of any system, absolute or not
 */
export function codeOrigin(file: string, interpreters: Interpreters): CodeOrigin {
  if (file === '') return 'none';
  if (file.startsWith('<frozen ')) return 'standard';
  if (file.startsWith('<') && file.endsWith('>')) {
    if (file === '<string>') return interpreters.hasInlineProgram ? 'own' : 'library';
    return typed.test(file) ? 'own' : 'library';
  }
  const path = comparablePath(file);
  if (isNativeFile(file)) return 'none';
  if (installed.test(path)) return 'library';
  if (standard.test(path) || (isWindowsPath(file) && standardOnWindows.test(path))) return 'standard';
  // Also of an interpreter that runs where it was built.
  if (interpreters.directories.some((directory) => isStandardBeside(path, directory))) return 'standard';
  return isCommand(path, interpreters) ? 'library' : 'own';
}

/** `C:\Py\python.exe` has its library in `C:\Py\Lib`, and so has `python` in a source tree. */
function isStandardBeside(path: string, directory: string): boolean {
  const start = path.slice(0, directory.length + 4);
  return start === `${directory}lib/` || start === `${directory}Lib/`;
}

/** Whether it is a command that was installed: "gunicorn" beside the interpreter, or in a directory of the system. */
function isCommand(path: string, { directories }: Interpreters): boolean {
  if (/\.pyw?$/.test(path)) return false;
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  if (commandDirectory.test(path)) return true;
  return /\/(?:bin|scripts)\/$/.test(directory) && directories.includes(directory);
}

function isWindowsPath(path: string): boolean {
  return /^[A-Za-z]:[\\/]|^\\\\/.test(path) || (path.includes('\\') && !path.includes('/'));
}

/** The path with slashes, and in small letters where case makes no difference. */
export function comparablePath(path: string): string {
  return isWindowsPath(path) ? path.replaceAll('\\', '/').toLowerCase() : path;
}

function isAbsolute(path: string): boolean {
  return /^(?:[a-z]:)?\//.test(path) || path.startsWith('//');
}
