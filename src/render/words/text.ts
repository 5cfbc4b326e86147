/**
 * Text from the target's memory, made fit to show: every character visible and legal in XML and on a terminal,
 * every length bounded, every width estimated in character cells.
 */

/** Longest name or file that is shown, in UTF-16 units; what is longer loses its middle. */
export const maxShownLength = 300;

const ellipsis = '…';

// Controls, what reorders or hides the text around it (bidi controls, other invisible format characters, tags,
// line separators), and the non-characters that XML forbids. Lone surrogates match \p{Cs} under the u flag.
const unshowable = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/gu;
// Stacked accents without end would paint over the neighbouring rows.
const markFlood = /(\p{M}{3})\p{M}+/gu;

/**
 * Writes what cannot be seen as an escape in Python's style: \x1b, \u202e, \ud800.
 * The result holds no control character, no lone surrogate and nothing that XML forbids.
 */
export function escapeText(text: string): string {
  return text
    .replace(unshowable, (found) => {
      const code = found.codePointAt(0)!;
      if (code === 9) return '\\t';
      if (code === 10) return '\\n';
      if (code === 13) return '\\r';
      if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
      return code < 0x10000
        ? `\\u${code.toString(16).padStart(4, '0')}`
        : `\\U${code.toString(16).padStart(8, '0')}`;
    })
    .replace(markFlood, '$1\ufffd');
}

/** Escaped text of bounded length: at most about `maxLength` UTF-16 units, the middle left out when there are more. */
export function showText(text: string, maxLength: number = maxShownLength): string {
  const escaped = escapeText(cutMiddle(text, maxLength));
  return cutMiddle(escaped, maxLength);
}

/** At most about `maxLength` UTF-16 units, the middle left out when there are more. */
export function cutMiddle(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const half = Math.floor((maxLength - 1) / 2);
  // A surrogate pair cut in two would come out as an escape of its half.
  const start = text.slice(0, half).replace(/[\ud800-\udbff]$/, '');
  const end = text.slice(-half).replace(/^[\udc00-\udfff]/, '');
  return start + ellipsis + end;
}

// Unicode's East Asian Width W and F, joined where the gaps hold nothing that is shown narrow.
const wide =
  /[\u1100-\u115f\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1f004}\u{1f0cf}\u{1f18e}\u{1f191}-\u{1f19a}\u{1f1e6}-\u{1f320}\u{1f32d}-\u{1f335}\u{1f337}-\u{1f37c}\u{1f37e}-\u{1f393}\u{1f3a0}-\u{1f3ca}\u{1f3cf}-\u{1f3d3}\u{1f3e0}-\u{1f3f0}\u{1f3f4}\u{1f3f8}-\u{1f43e}\u{1f440}\u{1f442}-\u{1f4fc}\u{1f4ff}-\u{1f53d}\u{1f54b}-\u{1f54e}\u{1f550}-\u{1f567}\u{1f57a}\u{1f595}\u{1f596}\u{1f5a4}\u{1f5fb}-\u{1f64f}\u{1f680}-\u{1f6c5}\u{1f6cc}\u{1f6d0}-\u{1f6d2}\u{1f6d5}-\u{1f6d7}\u{1f6dc}-\u{1f6df}\u{1f6eb}\u{1f6ec}\u{1f6f4}-\u{1f6fc}\u{1f7e0}-\u{1f7eb}\u{1f7f0}\u{1f90c}-\u{1f93a}\u{1f93c}-\u{1f945}\u{1f947}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const zero = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff\ud7b0-\ud7ff]/u;
const ascii = /^[\x20-\x7e]*$/;

/** Cells that one code point takes: 2 for East Asian wide ones and emoji, 0 for combining ones. */
function cellsOf(point: string): number {
  if (ascii.test(point)) return 1;
  if (zero.test(point)) return 0;
  return wide.test(point) ? 2 : 1;
}

/** Width of escaped text in character cells. */
export function displayWidth(text: string): number {
  if (ascii.test(text)) return text.length;
  let cells = 0;
  for (const point of text) cells += cellsOf(point);
  return cells;
}

/** The longest beginning that is at most `cells` wide; accents stay with their letter. */
function takeStart(text: string, cells: number): string {
  let taken = '';
  let left = cells;
  for (const point of text) {
    left -= cellsOf(point);
    if (left < 0) break;
    taken += point;
  }
  return taken;
}

function takeEnd(text: string, cells: number): string {
  const points = Array.from(text);
  let left = cells;
  let from = points.length;
  while (from > 0) {
    left -= cellsOf(points[from - 1]!);
    if (left < 0) break;
    from--;
  }
  // Never begin with an accent whose letter has been cut away.
  while (from < points.length && cellsOf(points[from]!) === 0) from++;
  return points.slice(from).join('');
}

export type FitSide = 'start' | 'middle' | 'end';

/** Shortens text to at most `cells` cells, with an ellipsis at the side that gives way. */
export function fitText(text: string, cells: number, give: FitSide = 'end'): string {
  if (displayWidth(text) <= cells) return text;
  if (cells < 1) return '';
  const room = cells - 1;
  if (give === 'end') return takeStart(text, room) + ellipsis;
  if (give === 'start') return ellipsis + takeEnd(text, room);
  const start = takeStart(text, Math.ceil(room / 2));
  return start + ellipsis + takeEnd(text, room - displayWidth(start));
}

const qualifiedName = /^[\p{L}\p{M}\p{N}_.<>]+$/u;

/**
 * Shortens a qualified name to at most `cells` cells: `<locals>` gives way first, then outer classes, then the middle of the last
 * part, because that says most; a lambda keeps the beginning of the function around it. '' when not even three cells would show.
 */
export function fitName(name: string, cells: number): string {
  if (displayWidth(name) <= cells) return name;
  if (cells < 3) return '';
  if (!qualifiedName.test(name)) return fitText(name, cells);
  const short = name.replaceAll('.<locals>.', ellipsis);
  if (displayWidth(short) <= cells) return short;
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const rest = name.slice(dot + 1);
    // "<locals>.<lambda>" says nothing without the function around it.
    if (rest.length < 3 || rest.startsWith('<')) continue;
    const inner = ellipsis + rest.replaceAll('.<locals>.', ellipsis);
    if (displayWidth(inner) <= cells) return inner;
  }
  const last = name.slice(name.lastIndexOf('.') + 1);
  // Of few cells the beginning says more than both ends.
  if (!last.startsWith('<')) return fitText(last === '' ? name : last, cells, cells < 8 ? 'end' : 'middle');
  const [around = ''] = /[^.…]*(?=…[^…]*$)/.exec(short) ?? [];
  const room = cells - displayWidth(last) - 1;
  return room > 0 ? takeStart(around, room) + ellipsis + last : fitText(last, cells);
}

/** Text with blanks behind it, up to so many cells. */
export function padTo(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - displayWidth(text)));
}
