/** Keeps the memory of a live process that a walk of its stacks reads. */
import { currentPlatform } from '../../src/platform/index.js';
import type { Pages } from '../../src/platform/saved.js';
import { debugTableBytes } from '../../src/record/layouts/debug-offsets.js';
import { Peek } from '../../src/record/memory/peek.js';
import { fitObjects } from '../../src/record/target/object-shape.js';
import type { Target } from '../../src/record/target/target.js';
import { PageLog } from './page-log.js';
import type { SavedProcess, SavedThread } from './saved-process.js';
import { walkAll } from './walk.js';

/**
 * @param threads what the process says of those of its threads that hold still
 * @throws Error if its list of threads cannot be followed
 */
export function saveProcess(
  target: Target,
  threads: readonly SavedThread[],
): { saved: SavedProcess; pages: Pages } {
  const { pid, layout, runtime } = target;
  const log = new PageLog(currentPlatform().openMemory(pid));
  const retry = new PageLog(currentPlatform().openMemory(pid), log.pages);
  new Peek(log).bytes(runtime, debugTableBytes);
  fitObjects(new Peek(log), layout, runtime);
  if (walkAll(log, retry, layout, runtime) === null) throw new Error('its threads cannot be followed');
  const saved: SavedProcess = {
    python: target.pythonBuild,
    layout: layout.version,
    // A longer head, where no table would say so.
    ...(!layout.debugTable && layout.object.size > 16 ? { traceRefs: true } : {}),
    runtime,
    threads,
  };
  return { saved, pages: log.pages };
}
