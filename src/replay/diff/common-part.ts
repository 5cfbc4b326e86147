/**
 * What stayed the same. Shares add up to 100 %: when one function gets slower, all others lose share, by one common
 * factor. So most functions agree on how their shares changed, and those that changed themselves do not. The time of
 * the functions that agree is what the others are measured by.
 */

import { quantileOfT } from '../statistics/distributions.js';
import { blockLength } from '../statistics/ratio-estimate.js';
import { compareAll, type Hypothesis, type VarianceSource } from './difference.js';

export interface CommonPart {
  /** Places of the functions that agree, in the list that was given. */
  readonly members: readonly number[];
  /** False where another set of functions agrees nearly as well: then shares do not show which of the two stayed. */
  readonly isClear: boolean;
  /** The change on which they agree, as the logarithm of B over A; and how far from that a usual one of them may be. */
  readonly change: number;
  readonly doubt: number;
}

/** Chance, on each side, at which a function counts as one that changed by another factor. */
const outlierTail = 0.005;
/** Functions that are further from the others than this part of what makes an outlier do not help to measure. */
const memberPart = 0.5;
/** Nothing is known better than to this, as a logarithm of a ratio. */
const leastError = 0.002;
/** Those that agree must be this many times as many as any others that agree on another factor, and surely so. */
const leastMajority = 2;

interface Vote {
  readonly place: number;
  /** Logarithm of B's share over A's. */
  readonly change: number;
  /** Distance from the common change at which it is an outlier. */
  readonly cut: number;
}

/**
 * Finds the change on which most functions agree, each with one vote, of less weight where it is uncertain.
 * @param own shares or seconds of functions in themselves, so that no time is in two of them
 */
export function findCommonPart(own: readonly Hypothesis[], source: VarianceSource): CommonPart {
  const lengths = own.map(({ a, b }) => blockLength([...a, ...b]));
  const votes = compareAll(own, lengths, source).flatMap(({ a, b, variance, degrees }, place): Vote[] => {
    if (!(a > 0 && b > 0)) return [];
    const error = Math.max(leastError, (2 * Math.sqrt(variance)) / (a + b));
    return [{ place, change: Math.log(b / a), cut: error * quantileOfT(outlierTail, degrees) }];
  });
  if (votes.length === 0) return { members: [], isClear: false, change: 0, doubt: 0 };
  const centre = settle(votes, leastDissent(votes));
  return {
    members: votes.filter((vote) => distance(vote, centre) < memberPart).map(({ place }) => place),
    isClear: isClearMajority(votes, centre),
    change: centre,
    doubt: votes.map(({ cut }) => cut).sort((x, y) => x - y)[votes.length >> 1]!,
  };
}

/** In cuts: less than one agrees. */
function distance({ change, cut }: Vote, centre: number): number {
  return Math.abs(change - centre) / cut;
}

/** From 0, full agreement, to 1: outliers count the same however far away they are. */
function dissent(vote: Vote, centre: number): number {
  return Math.min(1, distance(vote, centre) ** 2);
}

/** That of the changes on which the votes agree best; of equals, the one nearest to no change. */
function leastDissent(votes: readonly Vote[]): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const { change } of [...votes].sort((x, y) => Math.abs(x.change) - Math.abs(y.change))) {
    const sum = votes.reduce((total, vote) => total + dissent(vote, change), 0);
    if (sum < least) [best, least] = [change, sum];
  }
  return best;
}

/** The mean of those that agree, by how certain they are, until it moves no more. */
function settle(votes: readonly Vote[], start: number): number {
  let centre = start;
  for (let round = 0; round < 20; round++) {
    let [sum, weights] = [0, 0];
    for (const vote of votes) {
      if (distance(vote, centre) >= 1) continue;
      const weight = 1 / vote.cut ** 2;
      sum += weight * vote.change;
      weights += weight;
    }
    if (!(weights > 0)) return centre;
    const next = sum / weights;
    if (Math.abs(next - centre) < 1e-9) return next;
    centre = next;
  }
  return centre;
}

/** Each outlier's change is a rival, with the outliers that agree on it: who speaks for it, and who against it? */
function isClearMajority(votes: readonly Vote[], centre: number): boolean {
  const outliers = votes.filter((vote) => distance(vote, centre) >= 1);
  return outliers.every(({ change }) => {
    const rival = settle(outliers, change);
    let [against, inFavour] = [0, 0];
    for (const vote of votes) {
      // Much nearer to it will do: of a real change by one factor, one in some may be an outlier, too.
      const isRival = distance(vote, centre) >= 1 && 2 * distance(vote, rival) < distance(vote, centre);
      if (isRival) inFavour++;
      else against += Math.max(0, dissent(vote, rival) - dissent(vote, centre));
    }
    return against >= leastMajority * inFavour;
  });
}
