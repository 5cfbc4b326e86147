/**
 * The beginning of the single executable, in each of its threads: runs the scripts that are inside of it, each with the byte
 * code that V8 made of it (as scripts/bundle/load.cjs does for files). While it is being built, they are files beside
 * this one.
 */
const { readFileSync } = require('node:fs');
const { builtinModules } = require('node:module');
const { join } = require('node:path');
const sea = require('node:sea');
const { Script } = require('node:vm');

/** @type {Map<string, { script: Script, module: { exports: any } }>} */
const loaded = new Map();

/**
 * Bytes of what is inside; they must not be written to.
 * @param {string} name
 * @returns {Buffer}
 * @throws {Error} where there is no such part
 */
function readPart(name) {
  return sea.isSea()
    ? Buffer.from(/** @type {ArrayBuffer} */ (sea.getRawAsset(name)))
    : readFileSync(join(__dirname, name));
}

/**
 * What scripts may require: what Node has, and this. A package of the folder that pyspy is started in is none of theirs.
 * @param {string} name
 */
function requireInside(name) {
  if (name === './load.cjs') return { load, readPart };
  if (name.startsWith('node:') || builtinModules.includes(name)) return require(name);
  throw Object.assign(new Error(`there is no ${name} inside of pyspy`), { code: 'MODULE_NOT_FOUND' });
}

/**
 * What a script exports. It runs once in each thread.
 * @param {string} name such as "cli"
 */
function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.module.exports;
  const script = new Script(readPart(`${name}.cjs`).toString('latin1'), {
    filename: `pyspy:${name}.cjs`,
    cachedData: readCode(name),
  });
  const module = { exports: {} };
  loaded.set(name, { script, module });
  script.runInThisContext()(
    module.exports,
    requireInside,
    module,
    process.execPath,
    join(process.execPath, '..'),
  );
  return module.exports;
}

/**
 * Where byte code is put while it is made.
 * @param {string} name
 */
function codeFile(name) {
  return join(__dirname, `${name}.code`);
}

/**
 * There is none for another architecture than that of the build.
 * @param {string} name
 */
function readCode(name) {
  try {
    return readPart(`${name}.code`);
  } catch {
    return undefined;
  }
}

module.exports = { codeFile, load, loaded };
