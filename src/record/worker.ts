/**
 * Entry of the recorder's own thread. It is started before there is anything to record, since that takes a while,
 * and begins when it is told what.
 */
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { Arrival, Arrivals } from './arrivals.js';
import { buffersToGive } from './gathered-batch.js';
import { control, type WorkerInit, type WorkerMessage } from './messages.js';
import { currentPlatform } from './platform/index.js';
import { Recorder } from './recorder.js';

const post = (message: WorkerMessage, transfer: ArrayBuffer[] = []): void =>
  parentPort!.postMessage(message, transfer);

parentPort!.once('message', (init: WorkerInit) => {
  record(init);
  parentPort!.close();
});

function record(init: WorkerInit): void {
  const recorder = new Recorder({
    target: init.target,
    arrivals: init.follows ? listen(new Int32Array(init.control)) : null,
    rateHz: init.rateHz,
    durationNs: init.durationNs,
    realtime: init.realtime,
    platform: currentPlatform(),
    control: new Int32Array(init.control),
    gauges: new Float64Array(init.gauges),
    send: (segment) =>
      post({ kind: 'segment', segment }, segment.batch === null ? [] : buffersToGive(segment.batch)),
  });
  post({ kind: 'started', ...recorder.anchors, scheduling: recorder.scheduling });
  const { reason, endedNs } = recorder.run();
  post({ kind: 'end', reason, endedNs, scheduling: recorder.scheduling });
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
