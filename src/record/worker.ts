/**
 * Entry of the recorder's own thread. It is started before there is anything to record, since that takes a while,
 * and begins when it is told what.
 */
import { parentPort } from 'node:worker_threads';
import { buffersToGive } from './gathered-batch.js';
import type { WorkerInit, WorkerMessage } from './messages.js';
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
    rateHz: init.rateHz,
    durationNs: init.durationNs,
    platform: currentPlatform(),
    control: new Int32Array(init.control),
    gauges: new Float64Array(init.gauges),
    send: (segment) =>
      post({ kind: 'segment', segment }, segment.batch === null ? [] : buffersToGive(segment.batch)),
  });
  post({ kind: 'started', ...recorder.anchors });
  const { reason, endedNs } = recorder.run();
  post({ kind: 'end', reason, endedNs });
}
