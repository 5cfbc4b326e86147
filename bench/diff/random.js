/** Random numbers that are the same in every run with the same seed (Marsaglia's xorshift, 32 bits). */

/** @param {number} seed @returns {() => number} from 0 to 1, without 1 */
export function createRandom(seed) {
  let state = (Math.imul(seed, 0x9e3779b9) ^ 0x85ebca6b) >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  for (let round = 0; round < 20; round++) next();
  return next;
}

/** Of mean 1. @param {() => number} random */
export function exponential(random) {
  return -Math.log(1 - random());
}

/** Normal, of mean 0 and deviation 1. @param {() => number} random */
export function normal(random) {
  return Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random());
}
