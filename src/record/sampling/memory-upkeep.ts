/**
 * Keeps the memory of long recordings small. Buffers that the writing thread gets from the sampling one lie outside of V8's
 * heap, and V8 frees them only at some 64 MB; and the C library keeps freed memory.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { currentPlatform } from '../../platform/index.js';

/** How often: a collection takes the writing thread some 10 ms. */
const everyMs = 30_000;

/** What collects the garbage of the calling thread, at once. */
export function createCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return collect;
}

/** Collects garbage from time to time. @returns what ends it */
export function startUpkeep(): () => void {
  const collect = createCollector();
  const timer = setInterval(() => {
    collect();
    currentPlatform().trimMemory();
  }, everyMs).unref();
  return () => clearInterval(timer);
}
