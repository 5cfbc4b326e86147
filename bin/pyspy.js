#!/usr/bin/env node
require('../dist/bundle/load.cjs').load('cli').main(process.argv);
