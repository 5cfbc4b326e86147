/** Whether a file that is open still has its name, and what became of it if not. */
import { readdirSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
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
    for (const descriptor of openDescriptors()) {
      const link = `/proc/self/fd/${descriptor}`;
      if (!this.#isOriginal(fileStat(link))) continue;
      const name = readlinkSync(link);
      if (this.#isOriginal(fileStat(name)) && name !== resolve(this.#path)) return { movedTo: name };
    }
    return stat === undefined ? 'deleted' : 'replaced';
  }

  #isOriginal(stat: Stats | undefined): boolean {
    return stat !== undefined && stat.ino === this.#original.ino && stat.dev === this.#original.dev;
  }
}

function openDescriptors(): string[] {
  try {
    return readdirSync('/proc/self/fd');
  } catch {
    return [];
  }
}
