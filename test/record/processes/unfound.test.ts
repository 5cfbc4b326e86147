/** What is said of a command in which no Python was found is right, however busy the machine was. */
import { expect, test } from 'vitest';
import { Search } from '../../../src/record/processes/search.js';
import { explainSearch } from '../../../src/record/processes/unfound.js';

const ms = 1e6;
const wellSeen = { wasSeen: true, wasStarting: false, longestPauseNs: 4 * ms };

test('a Python that ended early is never said to be none', () => {
  for (const facts of [wellSeen, { ...wellSeen, wasSeen: false }, { ...wellSeen, longestPauseNs: 500 * ms }])
    for (const lifeNs of [1, 10 * ms, 1e9]) {
      const { message } = explainSearch('python', true, lifeNs, facts);
      expect(message).toBe('python ended before its interpreter was up and could be read');
    }
  const { message } = explainSearch('./run', false, 30 * ms, { ...wellSeen, wasStarting: true });
  expect(message).toMatch(/before its interpreter was up/);
});

test.each([
  ['was never looked at', 60 * ms, { ...wellSeen, wasSeen: false }, /for 60 ms no processor was free/],
  [
    'was not looked at for long',
    200 * ms,
    { ...wellSeen, longestPauseNs: 150 * ms },
    /for 150 ms no processor was free/,
  ],
])('what %s may have been one', (_name, lifeNs, facts, expected) => {
  expect(explainSearch('./run', false, lifeNs, facts).message).toMatch(/it is not known whether/);
  expect(explainSearch('./run', false, lifeNs, facts).message).toMatch(expected);
});

test('what was looked at all the time, or ended faster than any Python, was none', () => {
  expect(explainSearch('true', false, 900 * ms, wellSeen).message).toMatch(/without having been a Python/);
  expect(explainSearch('true', false, 1 * ms, { ...wellSeen, wasSeen: false }).message).toMatch(
    /without having been/,
  );
});

test('a search knows its longest pause, and whom it saw', () => {
  const search = new Search(100);
  expect(search.facts).toEqual({ wasSeen: false, wasStarting: false, longestPauseNs: 0 });
  // A pid that cannot be.
  expect(search.searchAmong([2 ** 30], () => false, 150)).toBeNull();
  expect(search.facts).toEqual({ wasSeen: false, wasStarting: false, longestPauseNs: 50 });
  // This very process is a Node.
  expect(search.searchAmong([process.pid], () => false, 1150)).toBeNull();
  expect(search.searchAmong([2 ** 30], () => false, 1160)).toBeNull();
  expect(search.facts).toEqual({ wasSeen: true, wasStarting: false, longestPauseNs: 1000 });
});
