#!/usr/bin/env node
// pyspy for Windows: npm makes a command there that calls what the first line names, and there is no /bin/sh. Elsewhere
// pyspy.js is the better one: its shell sees what Node changes when it starts.
require('./pyspy.js');
