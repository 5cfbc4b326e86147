/** Large traces, made by repeating a real recording with variation: times move on, and some stacks become others of it. */
import { copyFileSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';

/** @param {string} path of a module below src/ @returns {Promise<any>} */
const load = (path) => import(new URL(`../../dist/${path}.js`, import.meta.url).href);

/** @type {typeof import('../../src/format/codec/batch-encoder.js')} */
const { encodeBatch } = await load('format/codec/batch-encoder');
/** @type {typeof import('../../src/format/codec/batch-grid.js')} */
const { periodOf } = await load('format/codec/batch-grid');
/** @type {typeof import('../../src/format/reading/reader.js')} */
const { TraceReader } = await load('format/reading/reader');

/** A thread's samples keep their stack but for one run in so many, which takes one of the recording's others. */
const varied = 50;

/**
 * @param {string} source a complete recording of one process
 * @param {string} path
 * @param {number} samples at least
 * @returns {{ samples: number, seconds: number, bytes: number }}
 */
export function makeTrace(source, path, samples) {
  const reader = TraceReader.open(source);
  const lengthNs = Math.ceil(reader.extentNs());
  const periodNs = periodOf(/** @type {any} */ (reader.recordings[0]).rateHz);
  const batches = [...reader.batches(0, Number.MAX_SAFE_INTEGER)];
  const each = batches.reduce((sum, batch) => sum + batch.samples, 0);
  reader.close();
  const stacks = [
    ...new Set(batches.flatMap(({ batch }) => batch.threads.flatMap(({ runStack }) => [...runStack]))),
  ];
  copyFileSync(source, path);
  const db = new Database(path);
  db.exec('DROP TABLE IF EXISTS rollup; DELETE FROM failure; DELETE FROM gap; DELETE FROM batch');
  const row = db.prepare(
    `INSERT INTO batch (recording_id, first_ns, last_ns, ticks, samples, missed, torn, failed, truncated, encoding, data)
     VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const rounds = Math.ceil(samples / each);
  let random = 1;
  const next = () => {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0;
    return random >>> 8;
  };
  const repeat = db.transaction((/** @type {number} */ round) => {
    for (const { batch, ticks, samples: count, missed, torn, failed, truncated } of batches) {
      const moved = {
        tickNs: batch.tickNs.map((ns) => ns + round * lengthNs),
        weightNs: batch.weightNs,
        threads: batch.threads.map((thread) => ({
          ...thread,
          runStack: thread.runStack.map((stack) =>
            next() % varied === 0 ? /** @type {number} */ (stacks[next() % stacks.length]) : stack,
          ),
        })),
      };
      const { data, encoding, firstNs, lastNs } = encodeBatch(moved, periodNs, { deflate: true });
      row.run(firstNs, lastNs, ticks, count, missed, torn, failed, truncated, encoding, data);
    }
  });
  for (let round = 0; round < rounds; round++) repeat(round);
  db.prepare('UPDATE recording SET ended_ns = ?').run(rounds * lengthNs);
  db.close();
  return { samples: rounds * each, seconds: (rounds * lengthNs) / 1e9, bytes: statSync(path).size };
}
