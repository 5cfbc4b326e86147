/** What the recorder's own thread runs: its script is beside this one. */
require('./load.cjs').load('worker').serve();
