/** Looks for the first Python that a process is, becomes or starts, for who waits for it without doing anything else. */
import { recentElfCache } from './locate.js';
import { readChildren } from './platform/proc.js';
import { probe, type Target } from './target.js';

/** Children of children are looked at, this many processes at most. */
const maxDescendants = 256;
/** Time from one look to the next: what goes by unseen is a small part of what went before, in ns. */
const shortestPauseNs = 300e3;
const longestPauseNs = 4e6;
const pauseShare = 1 / 100;

/**
 * One look at processes, their children, and theirs.
 * @returns null if none of them is a running Python, or is one as yet
 * @throws PyspyError of kind "target" if one is a Python that cannot be recorded
 */
export function lookAmong(...pids: readonly number[]): Target | null {
  for (const candidate of descendants(pids)) {
    const found = probe(candidate, { cache: recentElfCache(), final: false });
    if (found.kind === 'python') return found.target;
  }
  return null;
}

/** How long to wait for the next look. @param ageNs time since the search began */
export function pauseAfter(ageNs: number): number {
  return Math.min(Math.max(ageNs * pauseShare, shortestPauseNs), longestPauseNs);
}

/** The processes themselves, then their children, and theirs. */
function descendants(pids: readonly number[]): number[] {
  const all = [...pids];
  for (let i = 0; i < all.length && all.length < maxDescendants; i++) all.push(...readChildren(all[i]!));
  return all;
}
