#!/usr/bin/env node
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
