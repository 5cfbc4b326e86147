/** What the thread of a query runs: its script is beside this one. */
require('./load.cjs').load('sql-worker');
