/** Status bits in the words of results. */
import type { StatusWords } from '../../format/foreign/json-lines.js';
import { status } from '../../format/vocabulary.js';
import { knownWait } from '../../format/wait-words.js';
import { isIdle } from './sample-filter.js';

/** Of one sample's bits (see `status`). */
export function statusWords(bits: number): StatusWords {
  const has = (bit: number) => (bits & bit) !== 0;
  return {
    idle: isIdle(bits),
    on_cpu: has(status.stateUnknown) ? null : has(status.onCpu),
    gil: has(status.gilUnknown) ? null : has(status.gil),
    gil_wait: has(status.gilWaitKnown) ? has(status.gilWait) : null,
    waits_for: knownWait(bits),
    collecting: has(status.collectingKnown) ? has(status.collecting) : null,
    torn: has(status.torn),
    failed: has(status.failed),
    truncated: has(status.truncated),
  };
}
