/** Interpreters that have more than the standard library. */
import { spawnSync } from 'node:child_process';
import { findSupportedPythons, type Python } from './pythons.js';
import { rootOf } from './targets.js';

/** The newest interpreter of this root that has all these modules; null if there is none. */
export async function findPythonWith(...modules: readonly string[]): Promise<Python | null> {
  for (const python of findSupportedPythons().toReversed())
    if ((await rootOf(python)) === '/') {
      const asked = spawnSync(python.path, ['-I', '-c', `import ${modules.join(', ')}`]);
      if (asked.status === 0) return python;
    }
  return null;
}
