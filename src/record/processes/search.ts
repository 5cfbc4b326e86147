/** Looks for the first Python that a process is, becomes or starts, for who waits for it without doing anything else. */

import { currentPlatform } from '../../platform/index.js';
import { recentElfCache } from '../target/locate.js';
import type { ElfCache } from '../target/modules.js';
import { type Probe, probe, type Target } from '../target/target.js';

/** Children of children are looked at, this many processes at most. */
const maxDescendants = 256;
/** Time from one look to the next: what goes by unseen is a small part of what went before, in ns. */
const shortestPauseNs = 300e3;
const longestPauseNs = 4e6;
const pauseShare = 1 / 100;

/** A program in which nothing is found, and which takes long to search, is not searched again. */
const maxGivenUp = 1000;
const givenUp = new Set<string>();

/**
 * One look at processes, their children, and theirs.
 * @param isOver whether nobody waits for it any more
 * @returns null if none of them is a running Python, or is one as yet
 * @throws PyspyError of kind "target" if one is a Python that cannot be recorded
 */
export function lookAmong(pids: readonly number[], isOver: () => boolean): Target | null {
  return look(pids, isOver, () => {});
}

/** What was seen of processes among which none was found to be a Python. */
export interface SearchFacts {
  /** Whether one of them was seen at all. */
  readonly wasSeen: boolean;
  /** Whether one had an interpreter in it that was not up. */
  readonly wasStarting: boolean;
  /** The longest time in which nothing was looked at, in ns. */
  readonly longestPauseNs: number;
}

/** Looks again and again, and knows how well it could. */
export class Search {
  #facts: SearchFacts = { wasSeen: false, wasStarting: false, longestPauseNs: 0 };
  #lookedNs: number;

  /** @param nowNs when it begins, on any clock */
  constructor(nowNs: number) {
    this.#lookedNs = nowNs;
  }

  get facts(): SearchFacts {
    return this.#facts;
  }

  /** One look, as `lookAmong`. */
  look(pids: readonly number[], isOver: () => boolean, nowNs: number): Target | null {
    const { longestPauseNs } = this.#facts;
    this.#facts = { ...this.#facts, longestPauseNs: Math.max(longestPauseNs, nowNs - this.#lookedNs) };
    this.#lookedNs = nowNs;
    return look(pids, isOver, (found) => {
      if (found.kind !== 'none') return;
      this.#facts = {
        ...this.#facts,
        wasSeen: true,
        wasStarting: this.#facts.wasStarting || found.isPython === true,
      };
    });
  }
}

function look(
  pids: readonly number[],
  isOver: () => boolean,
  noticed: (found: Probe) => void,
): Target | null {
  for (const candidate of descendants(pids)) {
    if (givenUp.size > 0 && givenUp.has(programIn(candidate))) continue;
    const found = probe(candidate, { cache: recentElfCache(), final: false, isOver });
    if (found.kind === 'python') return found.target;
    if (found.kind === 'none' && found.isGivenUp && givenUp.size < maxGivenUp)
      givenUp.add(programIn(candidate));
    noticed(found);
  }
  return null;
}

/** How long to wait for the next look. @param ageNs time since the search began */
export function pauseAfter(ageNs: number): number {
  return Math.min(Math.max(ageNs * pauseShare, shortestPauseNs), longestPauseNs);
}

/** Names a process and the program that runs in it. */
function programIn(pid: number): string {
  const stat = currentPlatform().readStat(pid);
  return `${pid} ${stat?.startTicks} ${stat?.stackStart}`;
}

/** The processes themselves, then their children, and theirs. */
function descendants(pids: readonly number[]): number[] {
  const all = [...pids];
  for (let i = 0; i < all.length && all.length < maxDescendants; i++)
    all.push(...currentPlatform().readChildren(all[i]!));
  return all;
}

/** Looks at a process whose interpreter was lost. @param isOver whether nobody waits for it any more */
export function lookAgain(
  pid: number,
  cache: ElfCache,
  isOver: () => boolean,
): Target | 'none' | 'gone' | 'denied' {
  try {
    const found = probe(pid, { cache, isOver });
    return found.kind === 'python' ? found.target : found.kind;
  } catch {
    // Not allowed any more (set-uid), or a Python that is not supported.
    return 'denied';
  }
}
