/** Names of C++ and Rust: what c++filt says of symbols of real libraries, what is not understood, and what was made to mislead. */
import { expect, test } from 'vitest';
import { symbolName } from '../../../src/format/mangling/symbol-name.js';
import { createRandom } from '../random.js';
import { cppSymbols, legacyRustSymbols, rustSymbols } from './symbols.js';

const all = [...cppSymbols, ...rustSymbols, ...legacyRustSymbols];

test.each(all)('%s', (symbol, name) => {
  expect(symbolName(symbol)).toBe(name);
});

test('copies that a compiler made of a part say which', () => {
  expect(symbolName('_ZN4shop4Cart3addEi.cold')).toBe('shop::Cart::add [clone .cold]');
  expect(symbolName('_ZN4shop4Cart3addEi.constprop.0.isra.1')).toBe(
    'shop::Cart::add [clone .constprop.0.isra.1]',
  );
  expect(symbolName('_RNvC4shop3add.llvm.1234')).toBe('shop::add');
  expect(symbolName('_ZN4shop3add17h0123456789abcdefE.llvm.1234')).toBe('shop::add');
});

test('what stands before another function says so', () => {
  expect(symbolName('_ZThn16_N4shop4Cart3addEi')).toBe('non-virtual thunk to shop::Cart::add');
  expect(symbolName('_ZTv0_n24_N4shop4CartD0Ev')).toBe('virtual thunk to shop::Cart::~Cart');
  expect(symbolName('_ZTch0_v0_n24_N4shop4Cart3addEi')).toBe('covariant return thunk to shop::Cart::add');
  expect(symbolName('_ZTWN4shop4openE')).toBe('TLS wrapper function for shop::open');
  expect(symbolName('_ZGTtNSt9exceptionD1Ev')).toBe('transaction clone for std::exception::~exception');
});

test('arguments of a template are those of the function that they stand in', () => {
  // S1_ is the T_ that `all` has: of that it is int, of `each` a lambda.
  expect(symbolName('_Z4eachIZ3allIiEvT_EUlvE_EvOS1_')).toBe('each<all<int>(int)::{lambda()#1}>');
  expect(symbolName('_ZZ4eachIZ3allIiEvT_EUlvE_EvOS1_ENKUlvE_clEv')).toBe(
    'each<all<int>(int)::{lambda()#1}>(all<int>(int)::{lambda()#1}&&)::{lambda()#1}::operator()',
  );
});

test.each([
  'main',
  '_Z',
  '_ZN',
  '_ZN3foE',
  '_ZN3fooEv?',
  '_Z3fooIXsr1TE1vEEvv',
  '_ZTV4Cart',
  '_ZN4CartC9Ev',
  '_ZN4shopS_E',
  '_Z1fIT5_EvS0_',
  '_R',
  '_RN',
  '_RNvC4shop',
  '_RNvB_3add',
  '_RNvC4shopu3add',
  '_RNvCu7aeeb_g3add',
  '_RINvC4shop3addKc61_E',
  '_ZN4shop9$nothing$17h0123456789abcdefE',
  '_ZN5$u0a$17h0123456789abcdefE',
  'libz.so.1+0x4a00',
])('%s is not understood, and stays', (symbol) => {
  expect(symbolName(symbol)).toBe(symbol);
});

test('names that lie in themselves, refer to themselves or double are left, at once', () => {
  const doubled = (count: number) =>
    `_Z1f${'I1a'}${Array.from({ length: count }, (_, i) => `S${i === 0 ? '' : i - 1}_`).join('')}E`;
  const twice = `_Z1fI1P${Array.from({ length: 200 }, (_, i) => {
    const part = i === 0 ? 'S0_' : `S${i.toString(36).toUpperCase()}_`;
    return `St4pairI${part}${part}E`;
  }).join('')}Evv`;
  const hostile = [
    `_Z${'Z'.repeat(4000)}`,
    `_Z${'N'.repeat(4000)}`,
    `_Z1fI${'J'.repeat(4000)}`,
    `_Z1fI${'P'.repeat(4000)}iEvv`,
    `_Z1f${'I1a'.repeat(1300)}`,
    `_ZZ1fv${'EZ1fv'.repeat(800)}`,
    `_Z1fI${'DpDp'.repeat(900)}iEvv`,
    doubled(800),
    twice,
    `_R${'N'.repeat(4000)}`,
    `_R${'Nv'.repeat(2000)}`,
    `_RM${'M'.repeat(4000)}`,
    `_RNvMC1a${'T'.repeat(3000)}E1f`,
    `_RNvMC1a${'TB6_B6_'.repeat(500)}1f`,
    `_RNvMC1aB7_1f`,
    `_RNvMC1aFG${'Z'.repeat(11)}_EuE1f`,
    `_ZN${'1a'.repeat(2000)}17h0123456789abcdefE`,
    `_Z99999${'a'.repeat(3000)}`,
  ];
  const start = performance.now();
  for (const symbol of hostile) {
    expect(symbol.length).toBeLessThan(4097);
    expect(symbolName(symbol).length).toBeLessThan(4097);
  }
  expect(performance.now() - start).toBeLessThan(2000);
});

test('damaged symbols of any kind have a name of bounded length, in bounded time', () => {
  const random = createRandom(20);
  const letters = '_ZNRIEJSTXLDPKFCMABOQUYpltvisjhuz0123456789aZ$.';
  const pick = (below: number) => Math.floor(random() * below);
  let slowest = 0;
  for (let round = 0; round < 20_000; round++) {
    let symbol = all[pick(all.length)]![0];
    for (let changes = 1 + pick(4); changes > 0; changes--) {
      const at = 2 + pick(symbol.length);
      const from = 2 + pick(symbol.length);
      const put = [letters[pick(letters.length)]!, '', symbol.slice(from, from + pick(40))][pick(3)]!;
      symbol = symbol.slice(0, at) + put + symbol.slice(at + pick(3));
    }
    const before = performance.now();
    expect(symbolName(symbol).length).toBeLessThan(5000);
    slowest = Math.max(slowest, performance.now() - before);
  }
  expect(slowest).toBeLessThan(500);
});
