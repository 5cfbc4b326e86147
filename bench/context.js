/** What a part of the benchmark gets: interpreters, profilers, a folder for its files, and where to say what it found. */
import { rmSync } from 'node:fs';

export class Context {
  /** Figures by path, such as "rate/pyspy/hz". @type {Record<string, number>} */
  measures = {};
  /** @type {import('./table.js').Table[]} */
  tables = [];
  /** What was not measured, and why; each once. @type {Set<string>} */
  absences = new Set();
  #files = 0;

  /**
   * @param {object} options
   * @param {boolean} options.quick
   * @param {number} options.hours length of the long recording; 0 for none
   * @param {string} options.scratch a folder that is deleted at the end
   * @param {ReadonlyMap<string, import('./pythons.js').Python>} options.pythons by minor version
   * @param {readonly import('./profilers.js').Profiler[]} options.profilers
   * @param {(text: string) => void} options.say
   */
  constructor({ quick, hours, scratch, pythons, profilers, say }) {
    this.quick = quick;
    this.hours = hours;
    this.scratch = scratch;
    this.pythons = pythons;
    this.profilers = profilers;
    this.say = say;
  }

  /** An interpreter; null, and named as missing, where there is none. @param {string} minor */
  python(minor) {
    const python = this.pythons.get(minor) ?? null;
    if (python === null) this.missing(`CPython ${minor}: no interpreter found`);
    return python;
  }

  /** Where not every version is tried: the newest that all of the other profilers read. None is named as missing. */
  get mainMinors() {
    const first = ['3.13', '3.12', '3.11', '3.10', '3.9'].find((minor) => this.pythons.has(minor));
    return first === undefined ? [] : [first];
  }

  /** The version that CPython's own profiler reads, if that is here: it is compared on its own ground. */
  get ownMinors() {
    return this.profilers.some(({ name }) => name === 'profiling.sampling') ? ['3.15'] : [];
  }

  /** @param {string} minor */
  profilersFor(minor) {
    return this.profilers.filter((profiler) => profiler.reads(minor));
  }

  /** A new name for a file. @param {string} what */
  file(what) {
    return `${this.scratch}/${what}-${++this.#files}`;
  }

  /** @param {string} file */
  discard(file) {
    for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
  }

  /**
   * A table of the report, whose rows may still be added: what was measured stays, even if a part fails later.
   * @param {string} title
   * @param {...string} columns
   */
  table(title, ...columns) {
    /** @type {string[][]} */
    const rows = [];
    this.tables.push({ title, columns, rows });
    return rows;
  }

  /** Keeps a figure. @param {string} key @param {number} value */
  note(key, value) {
    this.measures[key] = value;
  }

  /** @param {string} what */
  missing(what) {
    this.absences.add(what);
  }

  /**
   * Does one measurement; one that fails is named as missing, and the rest goes on.
   * @param {string} what
   * @param {() => Promise<void>} action
   */
  async attempt(what, action) {
    this.say(what);
    try {
      await action();
    } catch (error) {
      this.missing(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
