/** What the caller's environment says changes what pyspy and Python do: tests begin without it, and say themselves what they want. */
const told = [
  /^(CI|NO_COLOR|FORCE_COLOR|COLUMNS|LINES)$/,
  /^(GITHUB|SUDO)_/,
  /^PYSPY_(?!TEST|SAVE|UPDATE|CI|BENCH|FUZZ|KEEP|DEMO)/,
  /^PYTHON/,
];

for (const name of Object.keys(process.env))
  if (told.some((pattern) => pattern.test(name))) delete process.env[name];
process.env.TERM = 'xterm-256color';
