/** The row for a version, or a refusal that names it. */
import { PyspyError } from '../../errors.js';
import type { DataModel } from '../../platform/platform.js';
import { layoutOf, layouts } from './cpython.js';
import type { Layout } from './layout.js';
import { llp64Layouts } from './llp64.js';
import { formatVersion, type PythonVersion } from './python-version.js';

/** What decides about a build besides its version. */
export interface Build {
  readonly dataModel: DataModel;
  readonly freeThreaded: boolean;
}

const usual: Build = { dataModel: 'lp64', freeThreaded: false };

/** Of each data model: its rows, and whether those of free-threaded builds follow from them. */
const models = {
  lp64: { rows: layouts, rowOf: layoutOf, freeThreaded: true, where: '' },
  llp64: {
    rows: llp64Layouts,
    rowOf: (major: number, minor: number) => llp64Layouts.get(`${major}.${minor}`),
    // Compilers for Windows lay out the bits of a str in another way there.
    freeThreaded: false,
    where: ' on Windows',
  },
} as const;

/** @returns the error, not thrown, for a version that has no row, and for every pre-release */
export function chooseLayout(
  pid: number,
  version: PythonVersion,
  { dataModel, freeThreaded }: Build = usual,
): Layout | PyspyError {
  const { rows, rowOf, where, ...model } = models[dataModel];
  const layout = rowOf(version.major, version.minor, version.micro);
  const runs = `process ${pid} runs CPython ${formatVersion(version)}`;
  if (layout === undefined || version.preRelease !== '')
    return new PyspyError(
      'target',
      `${runs}; this version of pyspy reads releases of ${[...rows.keys()].join(', ')}${where}`,
      {
        hint:
          version.preRelease === ''
            ? 'See whether a newer pyspy supports it.'
            : 'Structures change between pre-releases; use a final release.',
      },
    );
  if (freeThreaded && !model.freeThreaded)
    return new PyspyError(
      'target',
      `${runs}, without the GIL; this version of pyspy reads builds with it${where}`,
      {
        hint: 'Record it with a build that has the GIL.',
      },
    );
  return layout;
}
