/**
 * Which ids were given away since the last time. The system says which one it gave away last, so that to ask costs a read
 * while none is started; from time to time all are listed, whatever was missed.
 */
import { currentPlatform } from '../../platform/index.js';

/** Further from the last id than this, all processes are listed. */
const maxSteps = 512;
/** How often all are listed, in ms; and where the last id is not told. */
const listEveryMs = 30_000;
const listOftenMs = 1_000;

export class NewProcesses {
  #lastPid = Number.NaN;
  #listedMs = Number.NEGATIVE_INFINITY;

  /**
   * @param isKnown whether an id is that of a process that is known
   * @returns ids, of processes or of threads, that were given away since the last call, perhaps again; the first time: all
   */
  find(nowMs: number, isKnown: (pid: number) => boolean): number[] {
    const last = currentPlatform().readNewestId();
    const steps = last - this.#lastPid;
    this.#lastPid = last;
    const pause = Number.isNaN(last) ? listOftenMs : listEveryMs;
    const isFar = steps < 0 || steps > maxSteps;
    const given =
      isFar || Number.isNaN(steps) ? [] : Array.from({ length: steps }, (_, i) => last - steps + 1 + i);
    if (!isFar && nowMs - this.#listedMs < pause) return given;
    this.#listedMs = nowMs;
    const all = currentPlatform().listProcesses();
    return isFar ? all : [...given, ...all.filter((pid) => !isKnown(pid))];
  }
}
