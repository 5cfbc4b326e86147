/** speedscope's JSON, as far as the benchmark needs it. */

/** Number of samples in all profiles of a file. @param {string} text */
export function countSpeedscopeSamples(text) {
  const { profiles } = JSON.parse(text);
  if (!Array.isArray(profiles)) throw new Error('this is no speedscope file');
  return profiles.reduce((sum, profile) => sum + profile.samples.length, 0);
}
