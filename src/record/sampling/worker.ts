/**
 * Entry of the recorder's own thread. It is started before there is anything to record, practises meanwhile, and begins
 * when it is told what.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { currentPlatform } from '../../platform/index.js';
import { buffersToGive } from '../batch/gathered-batch.js';
import { orphans } from '../launch/adoption.js';
import type { Arrival, Arrivals } from '../processes/arrivals.js';
import { pauseAfter, Search } from '../processes/search.js';
import { refusalOf } from '../processes/unfound.js';
import type { Target } from '../target/target.js';
import { foresee } from './foresight.js';
import { Recorder } from './recorder.js';
import type { ThreadData } from './recorder-thread.js';
import { rehearse } from './rehearsal.js';
import { control, stopReasons, type WorkerInit, type WorkerMessage } from './thread-messages.js';

// For the build, which makes V8's byte code of this script.
export { rehearse };

const post = (message: WorkerMessage, transfer: ArrayBuffer[] = []): void =>
  parentPort!.postMessage(message, transfer);

/** What the thread does. (The build loads this script without being that thread.) */
export function serve(): void {
  parentPort!.once('message', (init: WorkerInit) => {
    record(init);
    parentPort!.close();
  });
  const { rehearsalNs, command } = workerData as ThreadData;
  if (command !== null) foresee(command);
  rehearse(rehearsalNs);
  post({ kind: 'ready' });
}

function record(init: WorkerInit): void {
  const flags = new Int32Array(init.control);
  const target = init.target ?? search(flags, init.follows);
  if (target === null) return;
  const recorder = new Recorder({
    target,
    arrivals: init.follows ? listen(flags) : null,
    rateHz: init.rateHz,
    budgetShare: init.budgetShare,
    durationNs: init.durationNs,
    realtime: init.realtime,
    native: init.native,
    sampler: init.sampler,
    platform: currentPlatform(),
    control: flags,
    gauges: new Float64Array(init.gauges),
    send: (segment) =>
      post({ kind: 'segment', segment }, segment.batch === null ? [] : buffersToGive(segment.batch)),
  });
  post({
    kind: 'started',
    target,
    ...recorder.anchors,
    scheduling: recorder.scheduling,
    sampler: recorder.sampler,
  });
  const { reason, endedNs } = recorder.run();
  post({ kind: 'end', reason, endedNs, scheduling: recorder.scheduling });
}

/**
 * Waits for a process, then until it or one of its descendants is a Python.
 * @param adopts whether processes that it leaves behind count, too
 * @returns null, and says so, if none ever is
 */
function search(flags: Int32Array, adopts: boolean): Target | null {
  const clock = currentPlatform().openClock();
  const isStopped = (): boolean => Atomics.load(flags, control.stop) !== stopReasons.none;
  Atomics.wait(flags, control.root, 0);
  const root = Atomics.load(flags, control.root);
  const startNs = clock.now();
  const searched = new Search(startNs);
  try {
    for (;;) {
      const isEnded = Atomics.load(flags, control.searchOver) !== 0;
      const left = adopts ? orphans(root, Atomics.load(flags, control.helper)) : [];
      const isOver = (isEnded && left.length === 0) || isStopped();
      const found = searched.searchAmong([root, ...left], isStopped, clock.now());
      if (found !== null) return found;
      if (isOver) break;
      const nowNs = clock.now();
      clock.sleepUntil(nowNs + pauseAfter(nowNs - startNs));
    }
    post({ kind: 'unfound', refusal: null, facts: searched.facts });
  } catch (error) {
    post({ kind: 'unfound', refusal: refusalOf(error), facts: searched.facts });
  }
  return null;
}

/** The processes that the main thread sends: this thread never waits for messages, so it takes them one by one. */
function listen(flags: Int32Array): Arrivals {
  let taken = 0;
  return {
    next: () => {
      if (Atomics.load(flags, control.arrivals) === taken) return null;
      const received = receiveMessageOnPort(parentPort!) as { message: Arrival } | undefined;
      if (received === undefined) return null;
      taken++;
      return received.message;
    },
    lost: (pid) => post({ kind: 'lost', pid }),
  };
}
