/** Picks what the recorder needs of this operating system, by name; an unknown one fails with a sentence. Loads native code. */
import { PyspyError } from '../errors.js';
import { createLinux } from './linux/linux.js';
import type { Platform } from './platform.js';

const platforms: Readonly<Record<string, () => Platform>> = {
  'linux-x64': createLinux,
  'linux-arm64': createLinux,
};

let current: Platform | undefined;

/**
 * The same for the whole thread.
 * @throws PyspyError of kind "target" on a system that pyspy cannot record on (replay works everywhere)
 */
export function currentPlatform(): Platform {
  current ??= create();
  return current;
}

function create(): Platform {
  const name = `${process.platform}-${process.arch}`;
  const create = platforms[name];
  if (create !== undefined) return create();
  throw new PyspyError(
    'target',
    `recording is not supported on ${name}; it is on ${Object.keys(platforms).join(', ')}`,
    { hint: 'Traces recorded elsewhere can be replayed here.' },
  );
}
