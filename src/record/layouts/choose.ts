/** The row for a version, or a refusal that names it. */
import { PyspyError } from '../../errors.js';
import { layoutOf, layouts } from './cpython.js';
import type { Layout } from './layout.js';
import { formatVersion, type PythonVersion } from './python-version.js';

/** @returns the error, not thrown, for a version that has no row, and for every pre-release */
export function chooseLayout(pid: number, version: PythonVersion): Layout | PyspyError {
  const layout = layoutOf(version.major, version.minor, version.micro);
  if (layout === undefined || version.preRelease !== '')
    return new PyspyError(
      'target',
      `process ${pid} runs CPython ${formatVersion(version)}; this version of pyspy reads releases of ${[...layouts.keys()].join(', ')}`,
      {
        hint:
          version.preRelease === ''
            ? 'See whether a newer pyspy supports it.'
            : 'Structures change between pre-releases; use a final release.',
      },
    );
  return layout;
}
