/** Codes of the Itanium C++ ABI (https://itanium-cxx-abi.github.io/cxx-abi/abi.html#mangling) and what they stand for. */

/** Operators, `<operator-name>`; what is written behind "operator". */
export const operators: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ nw: ' new', na: ' new[]', dl: ' delete', da: ' delete[]', aw: ' co_await' },
    ...{ ps: '+', ng: '-', ad: '&', de: '*', co: '~', pl: '+', mi: '-', ml: '*', dv: '/', rm: '%' },
    ...{ an: '&', or: '|', eo: '^', aS: '=', pL: '+=', mI: '-=', mL: '*=', dV: '/=', rM: '%=' },
    ...{ aN: '&=', oR: '|=', eO: '^=', ls: '<<', rs: '>>', lS: '<<=', rS: '>>=', eq: '==', ne: '!=' },
    ...{ lt: '<', gt: '>', le: '<=', ge: '>=', ss: '<=>', nt: '!', aa: '&&', oo: '||', pp: '++' },
    ...{ mm: '--', cm: ',', pm: '->*', pt: '->', cl: '()', ix: '[]' },
  }),
);

/** `<builtin-type>`. */
export const builtins: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ v: 'void', w: 'wchar_t', b: 'bool', c: 'char', a: 'signed char', h: 'unsigned char' },
    ...{ s: 'short', t: 'unsigned short', i: 'int', j: 'unsigned int', l: 'long', m: 'unsigned long' },
    ...{ x: 'long long', y: 'unsigned long long', n: '__int128', o: 'unsigned __int128', f: 'float' },
    ...{ d: 'double', e: 'long double', g: '__float128', z: '...' },
    ...{ Dd: 'decimal64', De: 'decimal128', Df: 'decimal32', Dh: 'half', Di: 'char32_t' },
    ...{ Ds: 'char16_t', Du: 'char8_t', Da: 'auto', Dc: 'decltype(auto)', Dn: 'decltype(nullptr)' },
    ...{ DF16_: '_Float16' },
  }),
);

/** What follows a literal of these types; others have their type in front. */
export const literalEnds: ReadonlyMap<string, string> = new Map(
  Object.entries({ i: '', j: 'u', l: 'l', m: 'ul', x: 'll', y: 'ull' }),
);

/** `<substitution>` of names of the standard library: how they are written, the whole name, and that of its constructors. */
export const standardNames: ReadonlyMap<string, { text: string; whole: string; base: string }> = new Map(
  Object.entries({
    a: { text: 'std::allocator', whole: 'std::allocator', base: 'allocator' },
    b: { text: 'std::basic_string', whole: 'std::basic_string', base: 'basic_string' },
    s: {
      text: 'std::string',
      whole: 'std::basic_string<char, std::char_traits<char>, std::allocator<char>>',
      base: 'basic_string',
    },
    i: {
      text: 'std::istream',
      whole: 'std::basic_istream<char, std::char_traits<char>>',
      base: 'basic_istream',
    },
    o: {
      text: 'std::ostream',
      whole: 'std::basic_ostream<char, std::char_traits<char>>',
      base: 'basic_ostream',
    },
    d: {
      text: 'std::iostream',
      whole: 'std::basic_iostream<char, std::char_traits<char>>',
      base: 'basic_iostream',
    },
  }),
);

/** `<special-name>` of functions. */
export const specialNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ TW: 'TLS wrapper function for ', TH: 'TLS init function for ' },
    ...{ GTt: 'transaction clone for ', GTn: 'non-transaction clone for ' },
  }),
);
