/** What the live view's keys do. */

export const helpLines = [
  'Percent is of the last interval; 100 % is one thread all the time. Seconds are since the',
  'beginning, or since r. Self is time in a function alone, total also in what it calls.',
  '',
  '1 2 3 4        sort by self %, total %, self s, total s (s: the next of them)',
  'f l d o        a row for each function, line, file, module (v: the next view)',
  't p a b        a row for each thread, process, asyncio task, kind of wait',
  'up down        choose a row; also j, k, page up, page down, Home, End',
  'Enter          who calls the chosen row, and where its time goes; of a process: that one alone;',
  '               Esc goes back',
  '/              show only rows that match a regular expression, as you type',
  'i g c          idle threads too; only with the GIL held; CPU time instead of wall time',
  "m              only your own code: a library's time counts for the line of yours that called it",
  'space          hold the picture; recording goes on',
  'r              count seconds from now on',
  'w              write all that was recorded as a trace, for pyspy top, flame, diff ...',
  'q, Ctrl-C      quit; Ctrl-Z leaves the program alone, too, and fg comes back',
];
