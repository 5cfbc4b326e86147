#!/usr/bin/env node
// Words that every Node understands: an old one is to say so, and not to stumble over what it does not know.
if (Number(process.versions.node.split('.')[0]) < 20) {
  process.stderr.write(
    'pyspy: it needs Node 20.19 or newer, and this is ' +
      process.version +
      '\nhint: Run it with a newer one (' +
      process.execPath +
      ' is the one that ran it).\n',
  );
  process.exit(78);
}
const { load } = require('../dist/bundle/load.cjs');

let isDone = false;
// Nothing is left to wait for, and yet the command has not come to its end: that is no success.
process.on('beforeExit', () => {
  if (isDone) return;
  process.stderr.write(
    "pyspy: a fault of pyspy's own: it stopped before it was done\nhint: Please report it.\n",
  );
  process.exit(70);
});
load('cli')
  .main(process.argv)
  .then(() => {
    isDone = true;
  });
