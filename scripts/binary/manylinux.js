// Which systems have the versions of symbols that programs ask for: the number in a wheel's name (PEP 600) is that of the
// oldest glibc that will do.

/**
 * The newest versions of libstdc++ and libgcc that a system with each glibc is sure to have: those of the oldest distribution
 * with it (CentOS 7, Debian 9, AlmaLinux 8, Debian 11, AlmaLinux 9, Ubuntu 22.04, Debian 12, Ubuntu 24.04), by the version
 * of GCC that it came with (GCC's manual of libstdc++, "ABI Policy and Guidelines").
 */
const systems = [
  { glibc: [2, 17], GLIBCXX: [3, 4, 19], CXXABI: [1, 3, 7], GCC: [4, 8, 0] },
  { glibc: [2, 24], GLIBCXX: [3, 4, 22], CXXABI: [1, 3, 10], GCC: [4, 8, 0] },
  { glibc: [2, 28], GLIBCXX: [3, 4, 25], CXXABI: [1, 3, 11], GCC: [7, 0, 0] },
  { glibc: [2, 31], GLIBCXX: [3, 4, 28], CXXABI: [1, 3, 12], GCC: [7, 0, 0] },
  { glibc: [2, 34], GLIBCXX: [3, 4, 29], CXXABI: [1, 3, 13], GCC: [7, 0, 0] },
  { glibc: [2, 35], GLIBCXX: [3, 4, 30], CXXABI: [1, 3, 13], GCC: [12, 0, 0] },
  { glibc: [2, 36], GLIBCXX: [3, 4, 30], CXXABI: [1, 3, 13], GCC: [12, 0, 0] },
  { glibc: [2, 39], GLIBCXX: [3, 4, 33], CXXABI: [1, 3, 15], GCC: [14, 0, 0] },
];

/** Marks without a number: how a file was linked, which loaders have known since then. */
const marks = new Map([['GLIBC_ABI_DT_RELR', [2, 36]]]);

/**
 * @param {Iterable<string>} needed such as "GLIBC_2.34" and "GLIBCXX_3.4.29"
 * @returns {string} "2_34"
 * @throws {Error} where no system is known that has all of them
 */
export function oldestGlibc(needed) {
  /** @type {readonly number[]} */
  let oldest = [2, 17];
  for (const name of needed) {
    const glibc = glibcWith(name);
    if (isBefore(oldest, glibc)) oldest = glibc;
  }
  return oldest.join('_');
}

/** @param {string} name @returns {readonly number[]} */
function glibcWith(name) {
  const mark = marks.get(name);
  if (mark !== undefined) return mark;
  const [, library, text] = /^(GLIBC|GLIBCXX|CXXABI|GCC)_(\d+(?:\.\d+)*)$/.exec(name) ?? [];
  if (library === undefined || text === undefined) throw new Error(`no system is known to have ${name}`);
  const version = text.split('.').map(Number);
  if (library === 'GLIBC') return version;
  const row = systems.find((system) => !isBefore(system[/** @type {'GCC'} */ (library)], version));
  if (row === undefined) throw new Error(`no system is known to have ${name}`);
  return row.glibc;
}

/** @param {readonly number[]} a @param {readonly number[]} b */
function isBefore(a, b) {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
