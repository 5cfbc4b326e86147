/** Picks the platform by name; an unknown one fails with a sentence. */
import { PyspyError } from '../../errors.js';
import { createLinux } from './linux.js';
import type { Platform } from './platform.js';

const platforms: Readonly<Record<string, () => Platform>> = {
  'linux-x64': createLinux,
};

/** @throws PyspyError of kind "target" on a system that pyspy cannot record on (replay works everywhere) */
export function currentPlatform(): Platform {
  const name = `${process.platform}-${process.arch}`;
  const create = platforms[name];
  if (create === undefined)
    throw new PyspyError(
      'target',
      `recording is not supported on ${name}; it is on ${Object.keys(platforms).join(', ')}`,
      {
        hint: 'Traces recorded elsewhere can be replayed here.',
      },
    );
  return create();
}
