/** What is known of one instruction: what it called, and where what it calls lies. */
import { expect, test } from 'vitest';
import { CallSite, siteKind } from '../../../src/record/code/call-site.js';

const [callee, other] = [{ name: 'callee' }, { name: 'other' }];

test('a slot counts when it was seen twice, and not if another was seen much oftener', () => {
  const site = new CallSite<object>(siteKind.calls);
  expect(site.isSlot(2)).toBe(false);
  site.seeSlot(2, 1);
  expect(site.isSlot(2)).toBe(false);
  site.seeSlot(2, 1);
  expect(site.isSlot(2)).toBe(true);
  site.seeSlot(0, 7);
  expect(site.isSlot(2)).toBe(false);
  expect(site.isSlot(0)).toBe(true);
  // 3.11 and 3.12 have one slot for functions, and the one below for methods.
  site.seeSlot(1, 5);
  expect(site.isSlot(1)).toBe(true);
});

test('that a call is possible is no evidence alone, but makes fewer sightings enough', () => {
  const site = new CallSite<object>(siteKind.calls);
  expect(site.mayKnow(callee, false)).toBe(false);
  site.learn(callee, 1, 1);
  expect(site.mayKnow(callee, false)).toBe(false);
  site.learn(callee, 2, 1);
  expect(site.mayKnow(callee, false)).toBe(true);
  expect(site.knows(callee, false)).toBe(false);
  site.learn(callee, 3, 1);
  expect(site.knows(callee, false)).toBe(true);
  // What the caller is known to call from elsewhere has most likely just returned from there.
  expect(site.knows(callee, true)).toBe(false);
  for (let walk = 4; walk < 40; walk++) site.learn(other, walk, 1);
  expect(site.knows(callee, false)).toBe(false);
});

test('what a frame holds is believed unless that is seen oftener from elsewhere, or all copies say so', () => {
  const site = new CallSite<object>(siteKind.calls);
  expect(site.trusts(callee, 0)).toBe(false);
  expect(site.see(callee, false)).toBe(1);
  expect(site.trusts(callee, 1)).toBe(true);
  // A function that is over at once is seen rarely, beside others.
  for (let i = 0; i < 9; i++) expect(site.see(other, false)).toBe(i + 1);
  expect(site.trusts(callee, 3)).toBe(true);
  expect(site.trusts(callee, 4)).toBe(false);
  site.see(callee, true);
  expect(site.trusts(callee, 9)).toBe(false);
  site.see(callee, true);
  expect(site.trusts(callee, 100)).toBe(true);
});

test('whether an instruction names what is called is asked once', () => {
  const site = new CallSite<object>(siteKind.other);
  let asked = 0;
  const ask = () => ++asked > 0;
  expect(site.names(callee, ask) && site.names(callee, ask)).toBe(true);
  expect(asked).toBe(1);
});

test.each([-2, -1, 0, 1, 2])('the first walk teaches, also if its number is %i, and once', (walk) => {
  const site = new CallSite<object>(siteKind.calls);
  expect(site.isNews(callee, walk)).toBe(true);
  expect(site.isNews(callee, walk)).toBe(false);
  expect(site.learn(callee, walk, 2)).toBe(2);
  expect(site.learn(callee, walk, 2)).toBe(2);
  expect(site.learn(callee, walk - 1, 2)).toBe(4);
});
