/** Fewer file descriptors than threads: what cannot stay open is asked for again, and no sleeper passes for busy. */
import { expect, test } from 'vitest';
import { until } from '../support/conditions.js';
import { describeOnePython } from '../support/each-python.js';
import { ask, startBehind, traceName } from '../support/pyspy.js';
import { startTarget } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

describeOnePython('400 sleeping threads and a busy one', (python) => {
  // Before: of 400 sleepers 102 counted as busy at 1024, and all but one at 128, without a word.
  test.each([1024, 256, 128, 48])('are told apart with %d file descriptors', async (limit) => {
    const target = await startTarget(python, 'crowd.py', '400');
    const trace = traceName();
    const recorder = startBehind(
      ['sh', '-c', `ulimit -n ${limit} && exec "$@"`, 'sh'],
      ['record', '--pid', String(target.pid), '-o', trace],
    );
    await until('it is being recorded', () => (infoNow(trace)?.samples ?? 0) > 401 * 10);
    recorder.kill('SIGINT');
    expect(await recorder.exited).toMatchObject({ status: 0 });
    const busy = await ask('top', trace, '--by', 'thread', '--limit', '0');
    expect(busy).toMatchObject({ state_unknown_samples: 0, failed: 0 });
    expect(busy.rows.map(({ thread }) => thread?.os_thread_id)).toEqual([target.pid]);
    const all = await ask('top', trace, '--by', 'thread', '--idle', '--limit', '0');
    expect(all.rows).toHaveLength(401);
  });
});
