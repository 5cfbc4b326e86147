/** Finds the first Python that a process is, becomes or starts. The caller does nothing else meanwhile. */

import { currentPlatform } from '../../platform/index.js';
import { recentElfCache } from '../target/locate.js';
import { type Probe, type ProbeOptions, probe, type Target } from '../target/target.js';

/** Children of children are searched, this many processes at most. */
const maxDescendants = 256;
/** Time from one search to the next, in ns: what goes by unseen is a small part of what went before. */
const shortestPauseNs = 300e3;
const longestPauseNs = 4e6;
const pauseShare = 1 / 100;

/** A program in which nothing is found, and which takes long to search, is not searched again. */
const maxGivenUp = 1000;
const givenUp = new Set<string>();

/**
 * Searches processes, their children, and theirs for a Python, once.
 * @param isOver whether the result is no longer wanted
 * @returns null if none of them is a running Python, or not yet
 * @throws PyspyError of kind "target" if one is a Python that cannot be recorded
 */
export function searchAmong(pids: readonly number[], isOver: () => boolean): Target | null {
  return searchEach(pids, isOver, () => {});
}

/** What was seen of processes among which none was found to be a Python. */
export interface SearchFacts {
  /** Whether one of them was seen at all. */
  readonly wasSeen: boolean;
  /** Whether one had an interpreter in it that was not up. */
  readonly wasStarting: boolean;
  /** The longest time between two searches, in ns. */
  readonly longestPauseNs: number;
}

/** Searches again and again, and knows how long it could not. */
export class Search {
  #facts: SearchFacts = { wasSeen: false, wasStarting: false, longestPauseNs: 0 };
  #searchedNs: number;

  /** @param nowNs when it begins, on any clock */
  constructor(nowNs: number) {
    this.#searchedNs = nowNs;
  }

  get facts(): SearchFacts {
    return this.#facts;
  }

  /** One search, as the function. */
  searchAmong(pids: readonly number[], isOver: () => boolean, nowNs: number): Target | null {
    const { longestPauseNs } = this.#facts;
    this.#facts = { ...this.#facts, longestPauseNs: Math.max(longestPauseNs, nowNs - this.#searchedNs) };
    this.#searchedNs = nowNs;
    return searchEach(pids, isOver, (found) => {
      if (found.kind !== 'none') return;
      this.#facts = {
        ...this.#facts,
        wasSeen: true,
        wasStarting: this.#facts.wasStarting || found.isPython === true,
      };
    });
  }
}

function searchEach(
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

/** How long to wait for the next search. @param ageNs time since the search began */
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

/**
 * Searches a process whose interpreter was lost.
 * @param options `isOver`: whether the result is no longer wanted; `final`: see ProbeOptions
 */
export function lookAgain(pid: number, options: Required<ProbeOptions>): Target | 'none' | 'gone' | 'denied' {
  try {
    const found = probe(pid, options);
    return found.kind === 'python' ? found.target : found.kind;
  } catch {
    // Not allowed any more (set-uid), or a Python that is not supported.
    return 'denied';
  }
}
