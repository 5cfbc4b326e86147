/** Whether a file that is open still has its name, and what became of it if not. */
import { type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { currentSystem } from '../../platform/system.js';
import { fileStat } from './file-stat.js';

type FileFate = 'in place' | 'deleted' | 'replaced' | { readonly movedTo: string };

export class FileIdentity {
  readonly #path: string;
  readonly #original: Stats;

  /** @throws system errors where there is no such file */
  constructor(path: string) {
    this.#path = path;
    this.#original = statSync(path);
  }

  /** As of now. Of a file that was moved, the process must have it open for its new name to be found. */
  fate(): FileFate {
    const stat = fileStat(this.#path);
    if (this.#isOriginal(stat)) return 'in place';
    for (const name of currentSystem.namesOfOpenFile(this.#original))
      if (this.#isOriginal(fileStat(name)) && name !== resolve(this.#path)) return { movedTo: name };
    return stat === undefined ? 'deleted' : 'replaced';
  }

  #isOriginal(stat: Stats | undefined): boolean {
    return stat !== undefined && stat.ino === this.#original.ino && stat.dev === this.#original.dev;
  }
}
