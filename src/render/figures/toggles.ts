/** What of a page is on or off: its key, what the button says, and what the list of keys says. */
export const toggles = {
  cpu: ['c', 'CPU time', 'CPU time instead of wall time, in the flame graph and the table'],
  mine: ['m', 'My code', "only your own code: a library's time counts for the line of yours that called it"],
  native: ['n', 'Native', 'native code; without it, its time counts for the Python function that called it'],
  inverted: ['i', 'Inverted', 'innermost functions first, their callers above them'],
  icicle: ['o', 'Root on top', 'the other way up'],
  lines: ['l', 'Lines', 'lines instead of functions'],
  processes: ['p', 'Processes', 'a root in the flame graph for each process'],
  threads: ['t', 'Threads', 'a root for each thread, or for threads of one kind where there are many'],
  tasks: ['a', 'Tasks', 'a root for each task of asyncio'],
} as const;
