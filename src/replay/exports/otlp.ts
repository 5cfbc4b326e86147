/** A window as OpenTelemetry's profiles: of each process wall time, CPU time and samples of each stack of each thread. */
import type {
  OtlpKeyValue,
  OtlpProfile,
  OtlpProfiles,
  OtlpResourceProfiles,
  OtlpSample,
} from '../../format/foreign/otlp-messages.js';
import type { ProcessRow } from '../../format/vocabulary.js';
import type { Cell } from '../samples/cell.js';
import type { Fold } from '../sums/fold.js';
import { type Measured, OtlpTables } from './otlp-tables.js';
import { hasCpuToo, type ProfileContext } from './profile-context.js';

/** What the sums do not say. */
export interface OtlpContext extends ProfileContext {
  /** Who writes the profiles. */
  readonly scope: { readonly name: string; readonly version: string };
  /** What is known of a process. */
  readonly resource: (process: ProcessRow) => readonly OtlpKeyValue[];
}

const unit = 'nanoseconds';
const kinds = {
  wall: { type: 'wall', unit },
  cpu: { type: 'cpu', unit },
  samples: { type: 'samples', unit: 'count' },
};

/** @param fold of the window, with CPU time */
export function otlpProfiles(fold: Fold, context: OtlpContext): OtlpProfiles {
  const hasCpu = hasCpuToo(fold);
  const tables = new OtlpTables(fold, context.detail);
  const processes = new Map<number, { process: ProcessRow; measured: Map<string, Measured> }>();
  for (const cell of fold.cells) {
    const { process } = cell.namedThread.thread;
    let entry = processes.get(process.id);
    if (entry === undefined) {
      entry = { process, measured: new Map() };
      processes.set(process.id, entry);
    }
    addCell(entry.measured, tables, cell, {
      wallNs: fold.metric === 'wall' ? cell.ns : 0,
      cpuNs: fold.metric === 'cpu' ? cell.ns : hasCpu ? cell.cpuNs : 0,
    });
  }
  // The first is what viewers show first.
  const shown: (keyof typeof kinds)[] = [
    ...(fold.metric === 'wall' ? (['wall'] as const) : []),
    ...(fold.metric === 'cpu' || hasCpu ? (['cpu'] as const) : []),
    'samples',
  ];
  const typeOf = (kind: keyof typeof kinds) => tables.valueType(kinds[kind].type, kinds[kind].unit);
  const profile = (kind: keyof typeof kinds, measured: Iterable<Measured>): OtlpProfile => ({
    sampleType: typeOf(kind),
    samples: listSamples(kind, measured),
    timeUnixNano: context.timeNs,
    durationNano: Math.round(context.durationNs),
    periodType: typeOf('wall'),
    period: Math.round(context.periodNs),
  });
  const resourceProfiles = [...processes.values()].map(
    ({ process, measured }): OtlpResourceProfiles => ({
      resource: { attributes: context.resource(process) },
      scopeProfiles: [
        { scope: context.scope, profiles: shown.map((kind) => profile(kind, measured.values())) },
      ],
    }),
  );
  return { resourceProfiles, dictionary: tables.dictionary() };
}

/** Cells of one stack and the same attributes are one sample. */
function addCell(
  measured: Map<string, Measured>,
  tables: OtlpTables,
  cell: Cell,
  { wallNs, cpuNs }: Pick<Measured, 'wallNs' | 'cpuNs'>,
): void {
  const stackIndex = tables.stack(cell.node);
  const attributeIndices = tables.attributesOf(cell);
  const key = `${stackIndex} ${attributeIndices.join(' ')}`;
  const sum = measured.get(key);
  if (sum === undefined)
    measured.set(key, { stackIndex, attributeIndices, samples: cell.samples, wallNs, cpuNs });
  else {
    sum.samples += cell.samples;
    sum.wallNs += wallNs;
    sum.cpuNs += cpuNs;
  }
}

function* listSamples(kind: keyof typeof kinds, measured: Iterable<Measured>): Generator<OtlpSample, void> {
  for (const { stackIndex, attributeIndices, samples, wallNs, cpuNs } of measured) {
    const value = kind === 'samples' ? samples : Math.round(kind === 'wall' ? wallNs : cpuNs);
    // Most of what waits uses no CPU time.
    if (value > 0) yield { stackIndex, attributeIndices, values: [value] };
  }
}
