/** Which functions are the user's own: those of no library, or those of the folders that were named. */
import type { CodeFunction } from '../../format/reading/stack-forest.js';
import type { ProcessRow } from '../../format/vocabulary.js';
import { functionKind } from '../../format/vocabulary.js';
import { codeOrigin, comparablePath, findInterpreters, type Interpreters } from './code-origin.js';

/** How one's own code is told from that of others. */
export interface OwnRule {
  /**
   * Folders whose code is one's own; none for all that `codeOrigin` calls own. An absolute path is that folder; any other is a
   * folder of that name, or path, wherever it is.
   */
  readonly folders: readonly string[];
}

export class OwnCode {
  readonly #interpreters: Interpreters;
  /** With a slash on both sides. */
  readonly #folders: readonly { readonly path: string; readonly isAbsolute: boolean }[];
  readonly #known = new Map<string, boolean>();

  /** @param processes of the trace: where their interpreters are, their library is */
  constructor(processes: readonly ProcessRow[], { folders }: OwnRule) {
    this.#interpreters = findInterpreters(processes);
    this.#folders = folders.map((folder) => ({
      path: `/${comparablePath(folder).replace(/^\/+|\/+$/g, '')}/`,
      isAbsolute: /^(?:[A-Za-z]:)?[\\/]/.test(folder),
    }));
  }

  /** Native code is nobody's own: it counts for the line that called it. */
  has({ file, kind }: Pick<CodeFunction, 'file' | 'kind'>): boolean {
    if (kind !== functionKind.python) return false;
    let isOwn = this.#known.get(file);
    if (isOwn === undefined) {
      isOwn = this.#folders.length === 0 ? this.#isNoLibrary(file) : this.#isInFolder(file);
      this.#known.set(file, isOwn);
    }
    return isOwn;
  }

  #isNoLibrary(file: string): boolean {
    return codeOrigin(file, this.#interpreters) === 'own';
  }

  /** Within a folder, too, a library is one: a virtual environment is often part of the project's. */
  #isInFolder(file: string): boolean {
    const path = `/${comparablePath(file).replace(/^\/+/, '')}`;
    return this.#folders.some((folder) => {
      const start = path.indexOf(folder.path);
      if (start < 0 || (folder.isAbsolute && start > 0)) return false;
      return this.#isNoLibrary(path.slice(start + folder.path.length));
    });
  }
}
