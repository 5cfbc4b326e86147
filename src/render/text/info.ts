/** What a trace holds, as text. */
import type { SamplerKind, Scheduling } from '../../format/recording-info.js';
import type { InfoProcess, InfoResult } from '../../replay/answers/info.js';
import { renderTable } from '../terminal/table.js';
import { escapeTerminal } from '../terminal/terminal.js';
import { fewTicks, loweredWords, missedPct, missedWords } from '../words/doubts.js';
import { counted, secondsText, showSize } from '../words/text-numbers.js';
import type { TextLayout } from './text-layout.js';

/** How many of each kind are listed as text; JSON has all. */
const shown = 40;
/** Stands for what an imported profile does not have. */
const notKnown = 'not known';
/** Programs of one process that are. */
const shownPrograms = 5;

const schedulings: Readonly<Record<string, string>> = {
  'real-time': 'real-time, so that no busy processor delays a sample',
  normal: 'as other programs',
  refused: 'as other programs: real-time was not allowed',
  'given-up': 'real-time at first, then as other programs: it took more than half of a processor',
} satisfies Record<Scheduling, string>;

const samplers: Readonly<Record<string, string>> = {
  memory: 'memory: stacks were read while their threads went on',
  kernel: 'kernel: stacks of running threads were copied in an interrupt, or else read from memory',
} satisfies Record<SamplerKind, string>;

/** @param file as the user gave it */
export function renderInfo(file: string, info: InfoResult, { width, colour }: TextLayout): string {
  const lines: [string, string][] = [
    ['file', `${file} (${showSize(info.file_bytes)}, ${info.bytes_per_sample} bytes per sample)`],
    ['format', `version ${info.format_version}`],
    ['state', describeState(info)],
    ['duration', isImported(info) ? `${notKnown}: samples have no times` : secondsText(info.duration_s)],
    ...(info.kept_from_s === 0
      ? []
      : [
          ['kept', `from ${secondsText(info.kept_from_s)} on; what was before is deleted`] as [
            string,
            string,
          ],
        ]),
    [
      'rate',
      isImported(info) || hasOwnTimes(info)
        ? notKnown
        : `${info.rate_hz === 0 ? 'as fast as it could' : `${info.rate_hz} Hz`}, ${info.achieved_hz} Hz reached${describeBudget(info)}`,
    ],
    [
      'samples',
      info.samples > 0 || info.state === 'recording'
        ? `${info.samples} in ${counted(info.ticks, 'tick')}`
        : 'none: the program ended, or the recording, before the first one could be taken',
    ],
    ['missed', describeMissed(info, missedWords(info.missed, info.ticks))],
    ...describeLateness(info),
    [
      'errors',
      `${info.errors}${info.error_reasons
        .slice(0, shown)
        .map(({ reason, count }) => `; ${count} ${reason}`)
        .join('')}${andMore(info.error_reasons, '; ')}`,
    ],
    ['torn', String(info.torn)],
    ['truncated', String(info.truncated)],
    ...listed('gap', info.gaps, (gap) => [
      `${secondsText(gap.from_s)} to ${secondsText(gap.to_s)}: ${gap.reason}`,
    ]),
    ...listed('mark', info.marks, (mark) => [`${mark.name} at ${secondsText(mark.at_s)}`]),
    ...listed('ignored', info.not_understood, (name) => [`${name} (not known to this version)`]),
    ...listed(['recorded', 'host'], info.recordings, ({ host, ...recording }) => [
      `${recording.started ?? 'at a time not known'} by ${recording.recorder}, as ${recording.recorder_command.join(' ')}`,
      host.cpus === 0
        ? notKnown
        : `${host.name}: ${host.system} ${host.release} ${host.machine}, ${host.cpus} × ${host.cpu_model}`,
    ]),
    ...listed(['process', 'python', 'before'], info.processes, (process) => [
      `${process.pid || notKnown}${process.parent_pid === null ? '' : ` (from ${process.parent_pid})`}: ${process.command.join(' ') || notKnown}`,
      process.executable === '' && process.cwd === ''
        ? process.python || notKnown
        : `${process.python} (${process.executable}) in ${process.cwd}`,
      ...describeReplaced(process),
    ]),
    ...listed('native', info.binaries, ({ file, build_id, functions }) => [
      `${counted(functions, 'function')} of ${file}${build_id === null ? '' : `, build ${build_id}`}`,
    ]),
  ];
  const text = lines.map(([name, value]) => `${name.padEnd(11)}${escapeTerminal(value)}\n`).join('');
  const threads = renderTable(
    [
      { title: 'pid', align: 'right' },
      { title: 'os thread', align: 'right' },
      { title: 'since s', align: 'right' },
      { title: 'thread', fit: 'end' },
    ],
    info.threads
      .slice(0, shown)
      .map((thread) => [
        String(thread.pid || '-'),
        String(thread.os_thread_id ?? '-'),
        isImported(info) ? '-' : thread.first_s.toFixed(2),
        thread.names?.map(({ name }) => name).join(', then ') ?? thread.name ?? '(no name)',
      ]),
    { columns: width, colour },
  );
  const more = info.threads.length - shown;
  return `${text}\n${threads}${more > 0 ? `and ${more} more ${more === 1 ? 'thread' : 'threads'} (--json has all)\n` : ''}`;
}

/** Whether what there is of times was made up when it was imported. */
function isImported({ recordings }: InfoResult): boolean {
  return recordings.some(({ end_reason }) => end_reason === 'imported');
}

/** Whether times of samples came with what was imported. */
function hasOwnTimes({ recordings }: InfoResult): boolean {
  return recordings.some(({ jitter }) => jitter === 'unknown');
}

/**
 * Lines of the first ones of a kind, and how many there are besides.
 * @param names one for each line that an item has; the last one for all that follow
 */
function listed<T>(
  names: string | readonly string[],
  items: readonly T[],
  describe: (item: T) => readonly string[],
): [string, string][] {
  const [first, ...others] = [names].flat() as [string, ...string[]];
  const lines = items
    .slice(0, shown)
    .flatMap((item) =>
      describe(item).map((text, at): [string, string] => [
        [first, ...others].at(Math.min(at, others.length))!,
        text,
      ]),
    );
  const more = andMore(items, '');
  return more === '' ? lines : [...lines, [first, more]];
}

function andMore(items: readonly unknown[], before: string): string {
  return items.length > shown ? `${before}and ${items.length - shown} more (--json has all)` : '';
}

/** What ran in a process before its last program; one that starts itself anew again and again can have very many. */
function describeReplaced({ replaced = [] }: InfoProcess): string[] {
  const lines = replaced
    .slice(0, shownPrograms)
    .map(
      ({ command, python, first_s, until_s }) =>
        `${command.join(' ')} (Python ${python}), from ${secondsText(first_s)} to ${secondsText(until_s)}: ` +
        'the process replaced this program (exec)',
    );
  const more = replaced.length - shownPrograms;
  return more > 0 ? [...lines, `and ${more} more (--json has all)`] : lines;
}

/** What the rate was lowered to, and why; the budget alone where it was not. */
function describeBudget({ recordings, ...info }: InfoResult): string {
  const budgets = new Set(recordings.map(({ budget_pct }) => budget_pct));
  const budget_pct = budgets.size === 1 ? [...budgets][0]! : null;
  const lowered = loweredWords({ ...info, budget_pct });
  if (lowered !== '') return `; ${lowered}`;
  return budget_pct === null ? '' : `, within the budget of ${budget_pct} % of a CPU`;
}

/** How late ticks came, and what was done about it. */
function describeLateness({ lateness, recordings }: InfoResult): [string, string][] {
  const words = [...new Set(recordings.flatMap(({ scheduling }) => scheduling ?? []))];
  const scheduling = words.map((word): [string, string] => ['priority', schedulings[word] ?? word]);
  const kinds = [...new Set(recordings.flatMap(({ sampler }) => sampler ?? []))];
  scheduling.push(...kinds.map((kind): [string, string] => ['sampler', samplers[kind] ?? kind]));
  if (lateness === null) return scheduling;
  const { late_pct, median_ms, p95_ms, max_ms } = lateness;
  return [
    [
      'late',
      `${late_pct.toFixed(1)} % of ticks by 0.5 ms or more; median ${median_ms} ms, 95 % up to ${p95_ms} ms, at most ${max_ms} ms`,
    ],
    ...scheduling,
  ];
}

function describeState(info: InfoResult): string {
  const all = info.recordings.flatMap(({ end_reason, command_status }) => {
    if (end_reason === null) return [];
    return command_status === null ? end_reason : `${end_reason}, status ${command_status}`;
  });
  const reasons = all.length > shown ? [...new Set(all)].slice(0, shown) : all;
  switch (info.state) {
    case 'complete':
      return `complete (${reasons.join(', ')})`;
    case 'recording':
      return 'recording: it is still being written';
    case 'crashed':
      return 'crashed: the recorder was killed, all but its last second is here';
  }
}

function describeMissed(info: InfoResult, meaning: string): string {
  const few = fewTicks(missedPct(info));
  return `${counted(info.missed, 'tick')}${few === null ? meaning && `, ${meaning}` : `; ${few}`}`;
}
