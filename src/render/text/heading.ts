/** What every result of a trace begins and ends with: which program this is, and what to keep in mind. */
import type { TraceState } from '../../format/reading/trace-state.js';
import type { ProcessRow } from '../../format/vocabulary.js';
import type { Quality } from '../../replay/samples/quality.js';
import type { WindowCounts } from '../../replay/samples/window-counts.js';
import type { WindowFigures } from '../../replay/window/window.js';
import { escapeTerminal } from '../terminal/terminal.js';
import { shellWord, withoutDirectory } from '../words/command-text.js';
import { fewTicks, leanWords, loweredWords, missedPct, missedWords } from '../words/doubts.js';
import { displayWidth, fitText } from '../words/text.js';
import { counted, secondsText } from '../words/text-numbers.js';
import { isMuchHeldUp } from '../words/wait-names.js';

/** A trace, as headings name it. */
export interface TraceFacts {
  readonly path: string;
  /** The first is named. */
  readonly processes: readonly ProcessRow[];
}

/** "python app.py --fast" of the first process, and how many others there are. */
export function describeCommand({ processes }: TraceFacts): string {
  const [first, ...rows] = processes;
  if (first === undefined) return 'no process yet';
  const command =
    first.command.length > 0
      ? first.command.map(shellWord).join(' ')
      : first.executable || 'a program that is not known';
  // One that replaced its program has a row for each.
  const nameOf = ({ recording, pid, startTicks }: ProcessRow): string => `${recording} ${pid} ${startTicks}`;
  const others = new Set(rows.map(nameOf));
  others.delete(nameOf(first));
  return others.size > 0 ? `${command} (and ${others.size} more)` : command;
}

/** "pid 123, Python 3.12.1" */
function describeProcess({ processes }: TraceFacts): string {
  const [first] = processes;
  if (first === undefined) return '';
  // Of what was imported, either may not be known.
  const { pid, pythonVersion } = first;
  const words = [pid === 0 ? '' : `pid ${pid}`, pythonVersion === '' ? '' : `Python ${pythonVersion}`];
  return words.filter((word) => word !== '').join(', ');
}

/** File, command and process on one line of `width` cells; the command gives way. */
export function headingOf(trace: TraceFacts, width: number): string {
  const process = describeProcess(trace);
  const end = process === '' ? '' : ` (${escapeTerminal(process)})`;
  // The interpreter's directory stands in `info`.
  const text = `${trace.path}: ${withoutDirectory(describeCommand(trace))}`;
  return `${fitText(escapeTerminal(text), Math.max(width - displayWidth(end), 20), 'middle')}${end}\n`;
}

/** "0s to 12.5s" */
export function describeWindow({ from_s, to_s }: WindowFigures): string {
  return `${secondsText(from_s)} to ${secondsText(to_s)}`;
}

/** A line about a trace that is not complete; empty otherwise. */
export function stateNote(state: TraceState): string {
  if (state === 'recording') return 'Still being recorded: this is what there is so far.\n';
  if (state === 'crashed') return 'The recorder was killed: all but its last second is here.\n';
  return '';
}

/** Lines about what is missing or doubtful; empty when nothing is. */
export function qualityNotes(quality: Quality, whyTruncated: string): string {
  const few = fewTicks(missedPct(quality));
  const counts: [number, string, string][] = [
    [
      quality.missed,
      'tick',
      ['missed because the recorder was late', few === null && missedWords(quality.missed, quality.ticks)]
        .filter(Boolean)
        .join(', '),
    ],
    [quality.torn, 'sample', 'torn (not all of the stack is certain)'],
    [quality.failed, 'sample', 'failed (the stack could not be read)'],
    [quality.truncated, 'sample', `truncated (${whyTruncated})`],
    [quality.gil_off_samples, 'sample', 'left out by --gil: the interpreter ran without a GIL'],
    [quality.state_unknown_samples, 'sample', 'of threads that ran or slept: it is not known which'],
    [
      quality.native_unknown_samples,
      'sample',
      'of running threads without native frames: what native code took is with the Python function that called it',
    ],
  ];
  const lowered = loweredWords(quality);
  const lines = [
    ...(lowered === '' ? [] : [`  ${lowered}`]),
    ...(quality.may_lean ? [`  ${leanWords(quality.late, quality.late_known)}`] : []),
    ...counts
      .filter(([count]) => count > 0)
      .map(([count, noun, what]) => `  ${counted(count, noun)} ${what}`),
  ];
  if (few !== null) lines.unshift(`  ${few}`);
  for (const gap of quality.gaps.slice(0, 10))
    lines.push(
      `  nothing sampled from ${secondsText(gap.from_s)} to ${secondsText(gap.to_s)}: ${escapeTerminal(gap.reason)}`,
    );
  if (quality.gaps.length > 10) lines.push(`  and ${counted(quality.gaps.length - 10, 'more gap')}`);
  for (const name of quality.not_understood)
    lines.push(`  "${escapeTerminal(name)}" in it is not known to this version and was left out`);
  return lines.length > 0 ? `Keep in mind:\n${lines.join('\n')}\n` : '';
}

/** A line about idle samples that were left out; empty when there are none. */
export function idleNote(quality: Quality): string {
  if (quality.idle_samples === 0) return '';
  const { idle_samples, idle_s, held_up_s } = quality;
  const heldUp = isMuchHeldUp(held_up_s, idle_s)
    ? `; ${secondsText(held_up_s)} of it waited for a lock or the GIL (--waiting)`
    : '';
  return `Left out: ${counted(idle_samples, 'sample')} of idle threads, ${secondsText(idle_s)} (--idle shows them)${heldUp}.\n`;
}

/** What the header of a picture tells of a window. */
export interface PictureFacts {
  readonly state: TraceState;
  readonly counts: WindowCounts;
  /** How many gaps there are. */
  readonly gaps: number;
  /** Whether ticks came so late that figures may lean. */
  readonly isLeaning: boolean;
}

/** The same in a few words, for the header of a picture. */
export function shortNotes(window: PictureFacts): string[] {
  const { state, gaps, isLeaning, counts } = window;
  const pct = missedPct(counts);
  const areFew = fewTicks(pct) !== null;
  const figures: [number, string][] = [
    [areFew ? Math.round(pct) : 0, '% of the ticks missed'],
    [areFew ? 0 : counts.missed, counts.missed === 1 ? 'tick missed' : 'ticks missed'],
    [counts.spared, `${counts.spared === 1 ? 'tick' : 'ticks'} left out for a CPU budget`],
    [isLeaning ? counts.late : 0, 'ticks late: may lean'],
    [counts.torn, 'torn'],
    [counts.failed, 'not read'],
    [counts.truncated, 'truncated'],
    [counts.gilOff, 'without a GIL'],
    [counts.stateUnknown, 'running or idle: not known'],
    [counts.native > 0 ? counts.ranPlain : 0, 'running without native frames'],
    [gaps, gaps === 1 ? 'gap' : 'gaps'],
  ];
  return [
    ...(state === 'recording'
      ? ['still being recorded']
      : state === 'crashed'
        ? ['recorder was killed']
        : []),
    ...figures.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
  ];
}
