/** What commands say beside their results, on stderr: names of files and texts of a trace must not command the terminal. */
import { withoutAddressSecrets } from '../../address-text.js';
import type { PyspyError } from '../../errors.js';
import { disarm, escapeTerminal } from '../../render/terminal/terminal.js';

/** Writes lines; a line break within one is shown as an escape, and no secret of an address is. */
export function tell(...lines: readonly string[]): void {
  const text = lines.map((line) => `${escapeTerminal(withoutAddressSecrets(line))}\n`).join('');
  process.stderr.write(process.env.GITHUB_ACTIONS ? disarm(text) : text);
}

/** Tells of an error now, and not when the command ends, as src/cli.ts would. */
export function tellError({ message, hint, stack }: PyspyError): void {
  const trace = process.env.PYSPY_DEBUG && stack !== undefined ? stack.split('\n') : [];
  tell(`pyspy: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`]), ...trace);
}
