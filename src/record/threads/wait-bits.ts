/** What a sleeping thread waits for, as a sample's status has it. */
import { status, waitField, waitKind } from '../../format/vocabulary.js';
import type { SleepCall } from '../../platform/clocks.js';
import { isTold } from '../code/wait-role.js';
import type { ThreadTrack } from './thread-track.js';

const kindOf: Readonly<Record<SleepCall, number>> = {
  lock: waitKind.lock,
  time: waitKind.sleep,
  data: waitKind.io,
  process: waitKind.process,
  other: waitKind.other,
};

/** @param bits what else is known of the thread, which does not run */
export function waitBits(
  { clock, inner, caller }: Pick<ThreadTrack, 'clock' | 'inner' | 'caller'>,
  bits: number,
): number {
  const call = clock?.sleepsIn ?? null;
  if (call === null) return 0;
  // Where it is not known who waits for the GIL, any lock may be that.
  const isGilKnown = (bits & (status.gilWaitKnown | status.gilOff)) !== 0;
  if (call === 'lock' && !isGilKnown) return 0;
  const isCondition =
    call === 'lock' && !(bits & status.gilWait) && isTold(inner?.waitRole ?? null, caller?.waitRole ?? null);
  return (isCondition ? waitKind.condition : kindOf[call]) << waitField.shift;
}
