/** How a program is found by what people call it. Light: a command line is looked at before anything is loaded. */
import { delimiter, sep } from 'node:path';

export interface ProgramNames {
  /** Between folders and names: a name with one of them is a path. */
  readonly separators: readonly string[];
  /** What is put between a folder and a name. */
  readonly separator: string;
  /** Between the folders of the PATH. */
  readonly delimiter: string;
  /** What a name may be short of, in the order that the system tries. */
  readonly suffixes: readonly string[];
  /** Where programs are looked for if nothing is said. */
  readonly usualPath: string;
}

/** confstr(3), _CS_PATH. */
const posix = { separators: ['/'], suffixes: [''], usualPath: '/bin:/usr/bin' } as const;
/** CreateProcess (Microsoft), as Node calls it (libuv, src/win/process.c, search_path): the current folder comes first. */
const windows = { separators: ['\\', '/'], suffixes: ['', '.com', '.exe'], usualPath: '' } as const;

export const programNames: ProgramNames = {
  ...(process.platform === 'win32' ? windows : posix),
  separator: sep,
  delimiter,
};
