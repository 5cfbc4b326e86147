/** A folder for temporary files. */
import { rmSync } from 'node:fs';
import { makeTemporaryFolder } from '../../format/files/leftovers.js';

/** Hands a new, private folder to `action`, and deletes it afterwards, also where the process ends in the middle. */
export async function withTemporaryFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = makeTemporaryFolder();
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  try {
    return await action(folder);
  } finally {
    remove();
    process.off('exit', remove);
  }
}
