/** `push --follow` and `record --push`: the samples of a recording that goes on, each sent once to a server on loopback. */
import { expect, test } from 'vitest';
import { readers } from '../commands/export/readers.js';
import { Collector, status } from '../run/push/collector.js';
import { until } from '../support/conditions.js';
import { describeOnePython } from '../support/each-python.js';
import { pyspy, pyspyWell, startPyspy, traceName } from '../support/pyspy.js';
import { atEnd } from '../support/scope.js';
import { startTarget } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

function samplesOf({ received }: Collector): number {
  let samples = 0;
  for (const { body } of received)
    for (const sum of readers.pprof(body, 'wallNs').values()) samples += sum.samples!;
  return samples;
}

describeOnePython('a recording that goes on', (python) => {
  test('is sent while it does, each sample once', async () => {
    const server = await new Collector().open();
    atEnd(() => server.close());
    const target = await startTarget(python, 'workers.py');
    const trace = traceName();
    const recorder = startPyspy(['record', '--pid', String(target.pid), '-o', trace]);
    await until('it is being recorded', () => infoNow(trace)?.samples);
    const sender = startPyspy([
      'push',
      trace,
      '--to',
      server.url,
      '--service',
      'live',
      '--follow',
      '--idle',
      '--every',
      '1s',
    ]);
    await until('some pieces are there while more is recorded', () => server.received.length > 2);
    expect(infoNow(trace)?.state).toBe('recording');
    await target.stop();
    await recorder.exited;
    expect(await sender.exited).toMatchObject({ status: 0, stdout: '' });
    expect(samplesOf(server)).toBe(infoNow(trace)!.samples);
  });

  test('is sent by its recorder', async () => {
    const server = await new Collector().open();
    atEnd(() => server.close());
    const target = await startTarget(python, 'share.py');
    const trace = traceName();
    const recorder = startPyspy([
      'record',
      '--pid',
      String(target.pid),
      '-o',
      trace,
      '--push',
      server.url,
      '--service',
      'live',
    ]);
    // A piece is full after ten seconds.
    await until('a piece is there while more is recorded', () => server.received.length > 0, 45_000);
    expect(infoNow(trace)?.state).toBe('recording');
    await target.stop();
    expect(await recorder.exited).toMatchObject({ status: 0 });
    const sent = samplesOf(server);
    const rest = await pyspy('push', trace, '--to', server.url, '--service', 'live', '--resume');
    expect(rest).toMatchObject({ status: 0, stderr: expect.stringContaining('nothing to send') });
    // All of it at once, which is the same.
    server.received.length = 0;
    await pyspyWell('push', trace, '--to', server.url, '--service', 'live');
    expect(samplesOf(server)).toBe(sent);
    expect(sent).toBeGreaterThan(0);
  });

  test('of which nothing could be sent is whole, and sent later', async () => {
    const server = await new Collector().open();
    server.otherwise = status(503, { 'retry-after': '0' });
    atEnd(() => server.close());
    const target = await startTarget(python, 'share.py');
    const trace = traceName();
    const recorder = startPyspy([
      'record',
      '--pid',
      String(target.pid),
      '-o',
      trace,
      '--push',
      server.url,
      '--service',
      'live',
    ]);
    await until('it is being recorded', () => infoNow(trace)?.samples);
    await target.stop();
    expect(await recorder.exited).toMatchObject({
      ...{
        status: 75,
        stderr: expect.stringMatching(/could not be sent to .*503.*\nhint: .*pyspy push .*--resume/s),
      },
    });
    expect(infoNow(trace)?.state).toBe('complete');
    server.received.length = 0;
    server.otherwise = status(200);
    await pyspyWell('push', trace, '--to', server.url, '--service', 'live', '--resume');
    expect(samplesOf(server)).toBeGreaterThan(0);
  });
});
