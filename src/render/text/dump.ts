/** Stacks of a process, or of a moment of a recording, in words: threads, tasks of asyncio and greenlets. */
import type {
  DumpFrame,
  DumpGreenlet,
  DumpNativeThread,
  DumpProcess,
  DumpResult,
  DumpTask,
  DumpThread,
  NativeFrames,
} from '../../format/dump-result.js';
import type { TraceState } from '../../format/reading/trace-state.js';
import { createStyle, escapeTerminal } from '../terminal/terminal.js';
import { secondsText } from '../words/text-numbers.js';
import { waitNames } from '../words/wait-names.js';
import { stateNote } from './heading.js';
import type { TextLayout } from './text-layout.js';

/** Which trace it is of. */
export interface DumpedTrace {
  readonly file: string;
  readonly state: TraceState;
}

/** The stacks of all processes. @param trace null for a process that runs */
export function renderDump(trace: DumpedTrace | null, result: DumpResult, { colour }: TextLayout): string {
  const head =
    trace === null
      ? ''
      : `${escapeTerminal(trace.file)} at ${secondsText(result.at_s ?? 0)}\n${stateNote(trace.state)}\n`;
  return head + renderStacks(result, colour);
}

function renderStacks(result: DumpResult, isColoured: boolean): string {
  const style = createStyle(isColoured);
  const showFrames = (frames: readonly DumpFrame[]): string => {
    let lines = '';
    for (const frame of frames) {
      lines += `\n    ${escapeTerminal(frame.function)}${style.dim(escapeTerminal(describePlace(frame)))}`;
      for (const line of describeLocals(frame)) lines += `\n        ${escapeTerminal(line)}`;
    }
    return lines;
  };
  let text = '';
  for (const process of result.processes) {
    text += style.bold(escapeTerminal(`Process ${process.pid}: ${process.command.join(' ')}`));
    text += `\n${escapeTerminal(`Python ${process.python}`)}`;
    for (const { threads, state, stack } of alikeThreads(process.threads, showFrames)) {
      text += `\n\n${style.bold(escapeTerminal(describeThreads(threads)))} (${state})${stack}`;
    }
    for (const thread of process.native_threads ?? []) {
      const title = `Thread ${thread.os_thread_id} "${thread.name}"`;
      text += `\n\n${style.bold(escapeTerminal(title))} (${describeNativeThread(thread)})`;
      text += showFrames(thread.frames);
    }
    for (const task of process.tasks ?? []) {
      text += `\n\n${style.bold(escapeTerminal(`Task ${task.name ?? '(no name)'}`))} (${escapeTerminal(describeTask(task))})`;
      text += showFrames(task.frames);
    }
    for (const greenlet of process.greenlets ?? []) {
      text += `\n\n${style.bold(escapeTerminal(`${greenlet.type} at ${greenlet.address}`))} (${describeGreenlet(greenlet)})`;
      text += showFrames(greenlet.frames);
    }
    for (const note of [describeTasksMissing(process), describeGreenletsMissing(process)])
      if (note !== null) text += `\n\n(${note})`;
    text += '\n\n';
  }
  return text.replace(/\n\n$/, '\n');
}

/** So many threads of one stack are named. */
const mostNamed = 12;

/** Threads with the same stack in the same state, in the place of the first: a hundred that wait at one lock are one block. */
function alikeThreads(threads: readonly DumpThread[], showFrames: (frames: readonly DumpFrame[]) => string) {
  const groups = new Map<string, { threads: DumpThread[]; state: string; stack: string }>();
  for (const thread of threads) {
    const state = describeThread(thread);
    const missing = `\n    ${thread.failed ? '(stack not read)' : '(no Python frames)'}`;
    const stack = thread.frames.length === 0 ? missing : showFrames(thread.frames);
    const key = `${state}\0${stack}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { threads: [thread], state, stack });
    else known.threads.push(thread);
  }
  return groups.values();
}

/** `Thread 1002 "worker"`, or `2 threads: 1002 "worker-0", 1003 "worker-1"`. */
function describeThreads(threads: readonly DumpThread[]): string {
  const names = threads.slice(0, mostNamed).map(({ os_thread_id, thread_id, name }) => {
    return `${os_thread_id ?? thread_id} ${name === null ? '(no name)' : `"${name}"`}`;
  });
  if (threads.length === 1) return `Thread ${names[0]}`;
  const more = threads.length - names.length;
  return `${threads.length} threads: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function describePlace({ file, line, native }: DumpFrame): string {
  if (native === undefined) return ` (${file}:${line || '?'})`;
  return file === '' ? '' : ` (${file.slice(file.lastIndexOf('/') + 1)})`;
}

/** Arguments first, each marked as one. */
function describeLocals(frame: DumpFrame): string[] {
  if (frame.locals_unknown !== undefined) return [`(locals not known: ${frame.locals_unknown})`];
  const names = new Set(frame.arguments);
  const lines = Object.entries(frame.locals ?? {}).map(([name, value]) => ({
    isArgument: names.has(name),
    text: `${name} = ${value}`,
  }));
  return [
    ...lines.filter(({ isArgument }) => isArgument).map(({ text }) => `argument ${text}`),
    ...lines.filter(({ isArgument }) => !isArgument).map(({ text }) => text),
  ];
}

function describeTask(task: DumpTask): string {
  return describeTaskState(task) + (task.truncated ? ', inner frames are missing' : '');
}

function describeTaskState({ state, waits_for, os_thread_id }: DumpTask): string {
  switch (state) {
    case 'running':
      return os_thread_id === null ? 'running' : `running on thread ${os_thread_id}`;
    case 'waiting':
      return `waits for ${waits_for}`;
    case 'ready':
      return 'ready';
    case 'inherited':
      return 'ran in the process that this one was forked from';
    case 'unknown':
      return 'not to be read, or changed while it was';
  }
}

/** What there is to say where tasks were asked for and are not, or not all, there. */
function describeTasksMissing({ tasks, tasks_cut, python }: DumpProcess): string | null {
  if (tasks === undefined) return null;
  if (tasks_cut) return 'there may be more tasks: their list changed while it was read, or is too long';
  if (tasks !== null) return tasks.length === 0 ? 'no tasks of asyncio' : null;
  return /^(2|3\.[0-6])\./.test(python)
    ? `tasks of Python ${python} are not read: 3.7 is the first`
    : 'asyncio is not in use';
}

function describeGreenlet({ torn, truncated }: DumpGreenlet): string {
  return [
    'waits',
    ...(truncated ? ['outer frames are missing'] : []),
    ...(torn ? ['stack changed while it was read'] : []),
  ].join(', ');
}

function describeGreenletsMissing({ greenlets, greenlets_cut }: DumpProcess): string | null {
  if (greenlets === undefined) return null;
  if (greenlets === null)
    return 'greenlet is not in use, or its objects cannot be found: before 3.8, and without a GIL';
  if (greenlets_cut)
    return 'there may be more greenlets: objects came and went while they were looked through, or are too many';
  return greenlets.length === 0 ? 'no greenlet waits' : null;
}

function describeThread(thread: DumpThread): string {
  return [
    thread.status === 'unknown' ? 'state not known' : thread.status,
    ...(thread.gil ? ['holds the GIL'] : []),
    ...(thread.waits_for === null ? [] : [`waits for ${waitNames[thread.waits_for]}`]),
    ...(thread.collecting ? ['collects garbage'] : []),
    ...(thread.torn ? ['stack known in part'] : []),
    ...describeNative(thread.native_frames),
  ].join(', ');
}

/** Of a thread that Python does not know, most things are not asked for. */
function describeNativeThread({ native_frames }: DumpNativeThread): string {
  return ['not of Python', ...describeNative(native_frames)].join(', ');
}

/** What there is to say of native frames that were asked for. */
function describeNative(known: NativeFrames | undefined): string[] {
  switch (known) {
    case undefined:
    case 'whole':
      return [];
    case 'partial':
      return ['outermost native frames not known'];
    case 'running':
      return ['native frames not known: it ran'];
    case 'moved':
      return ['native frames not known: it woke up'];
    case 'unmatched':
      return ['native frames not known: they do not match'];
    case 'unknown':
      return ['native frames not known: not to be read'];
  }
}
