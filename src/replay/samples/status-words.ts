/** Status bits in the words of results. */
import { status } from '../../format/vocabulary.js';
import { isIdle } from './sample-filter.js';

/** Null for what is not known. */
export interface StatusWords {
  readonly idle: boolean;
  readonly on_cpu: boolean | null;
  readonly gil: boolean | null;
  readonly gil_wait: boolean | null;
  readonly collecting: boolean | null;
  readonly torn: boolean;
  readonly failed: boolean;
  readonly truncated: boolean;
}

/** Of one sample's bits (see `status`). */
export function statusWords(bits: number): StatusWords {
  const has = (bit: number) => (bits & bit) !== 0;
  return {
    idle: isIdle(bits),
    on_cpu: has(status.stateUnknown) ? null : has(status.onCpu),
    gil: has(status.gilUnknown) ? null : has(status.gil),
    gil_wait: has(status.gilWaitKnown) ? has(status.gilWait) : null,
    collecting: has(status.collectingKnown) ? has(status.collecting) : null,
    torn: has(status.torn),
    failed: has(status.failed),
    truncated: has(status.truncated),
  };
}
