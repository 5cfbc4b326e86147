/** The filter of rows, as it is typed: a regular expression, in either case. */

const longest = 200;

export class RowPrompt {
  /** What counts; null for all rows. */
  expression: RegExp | null;
  /** What has been typed; null while nothing is. */
  text: string | null = null;

  constructor(expression: RegExp | null) {
    this.expression = expression;
  }

  open(): void {
    this.text = this.expression?.source ?? '';
  }

  /** Takes a key while it is open. @param name as readline names keys; `typed` what it types */
  press(name: string, typed: string): void {
    const text = this.text ?? '';
    if (name === 'return') this.text = null;
    else if (name === 'escape') this.text = this.expression = null;
    else if (name === 'ctrl-u') this.text = '';
    else if (name === 'backspace') this.text = [...text].slice(0, -1).join('');
    else if (/^[^\p{Cc}]+$/u.test(typed)) this.text = (text + typed).slice(0, longest);
    if (this.text === null) return;
    try {
      this.expression = this.text === '' ? null : new RegExp(this.text, 'i');
    } catch {
      // Half an expression is on its way to a whole one: the last good one counts.
    }
  }
}
