/**
 * Runs the scripts beside it, each with the byte code that V8 made of it when pyspy was built (scripts/bundle/):
 * hundreds of modules need not be found, read and compiled again for each command.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

/** @type {Map<string, { script: Script, module: { exports: any } }>} */
const loaded = new Map();

/**
 * What a script exports. It runs once.
 * @param {string} name such as "cli"
 */
function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.module.exports;
  const filename = join(__dirname, `${name}.cjs`);
  // Scripts are ASCII, and one byte a character is the fastest to read. Each is one function.
  const script = new Script(readFileSync(filename, 'latin1'), {
    filename,
    // V8 takes byte code only of its own version, under the options that it runs with and for a script of this length;
    // otherwise it compiles.
    cachedData: readCode(name),
  });
  const module = { exports: {} };
  loaded.set(name, { script, module });
  try {
    script.runInThisContext()(module.exports, require, module, filename, __dirname);
  } catch (error) {
    loaded.delete(name);
    throw error;
  }
  return module.exports;
}

/**
 * The file with a script's byte code for this very platform, architecture and version of V8. V8 checks its version alone:
 * what was made on another architecture ends the process.
 * @param {string} name
 */
function codeFile(name) {
  const { platform, arch, versions } = process;
  return join(__dirname, `${name}.${platform}-${arch}-${versions.v8}.code`);
}

/** @param {string} name */
function readCode(name) {
  try {
    return readFileSync(codeFile(name));
  } catch {
    return undefined;
  }
}

module.exports = { codeFile, load, loaded };
