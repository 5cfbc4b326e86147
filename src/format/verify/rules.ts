/** What must hold for the rows of a trace, all tables but the samples: conditions in SQL, each with its sentence. */

/** A condition that a row must not fulfil. */
export interface Rule {
  readonly table: string;
  /** SQL of true for a row that is wrong. */
  readonly wrong: string;
  readonly what: string;
  /** Columns that files may lack: the rule does not apply to those that lack one. */
  readonly needs?: readonly string[];
}

const missing = (table: string, column: string, other: string, key = `${other}_id`): Rule => ({
  table,
  wrong: `${column} IS NOT NULL AND ${column} NOT IN (SELECT ${key} FROM ${other})`,
  what: `its ${column} is no ${other} of the trace`,
});

const commandLine = (table: string, column: string): Rule => ({
  table,
  // json_each fails on what is no JSON, so it must not be reached.
  wrong: `CASE WHEN NOT json_valid(${column}) THEN 1 WHEN json_type(${column}) <> 'array' THEN 1
    ELSE EXISTS (SELECT 1 FROM json_each(${column}) WHERE type <> 'text') END`,
  what: `its ${column} is no JSON array of strings`,
});

/** Times after the end of a recording that has ended are rounding up to here, in ns. */
const slackNs = 1_000_000;

const afterEnd = (table: string, column: string): Rule => ({
  table,
  wrong: `${column} > (SELECT ended_ns + ${slackNs} FROM recording AS r WHERE r.recording_id = ${table}.recording_id)`,
  what: `its ${column} is after the end of its recording`,
});

export const rules: readonly Rule[] = [
  { table: 'feature', wrong: 'required NOT IN (0, 1)', what: 'its required is neither 0 nor 1' },
  missing('recording', 'host_id', 'host'),
  commandLine('recording', 'recorder_command'),
  { table: 'recording', wrong: 'rate_hz > 1e9', what: 'its rate_hz is beyond reason' },
  {
    table: 'recording',
    wrong: 'budget_pct <= 0 OR budget_pct > 100',
    what: 'its budget_pct is no part of a CPU',
    needs: ['budget_pct'],
  },
  {
    table: 'recording',
    wrong: '(ended_ns IS NULL) <> (end_reason IS NULL)',
    what: 'of ended_ns and end_reason it has only one',
  },
  { table: 'recording', wrong: 'ended_ns < offset_ns', what: 'it ended before it began' },
  missing('process', 'recording_id', 'recording'),
  missing('process', 'parent_id', 'process'),
  { table: 'process', wrong: 'parent_id = process_id', what: 'it started itself' },
  commandLine('process', 'command'),
  afterEnd('process', 'first_ns'),
  missing('thread', 'process_id', 'process'),
  missing('thread_name', 'thread_id', 'thread'),
  missing('thread_name', 'string_id', 'string'),
  missing('function', 'name_id', 'string'),
  missing('function', 'qualname_id', 'string'),
  missing('function', 'file_id', 'string'),
  { ...missing('function', 'build_id', 'string'), needs: ['build_id'] },
  {
    table: 'function',
    wrong: 'build_id IS NOT NULL AND code_offset IS NULL',
    what: 'it has a build_id and no code_offset',
    needs: ['build_id', 'code_offset'],
  },
  missing('frame', 'function_id', 'function'),
  missing('stack', 'frame_id', 'frame'),
  { table: 'stack', wrong: 'stack_id < 1', what: 'its number is not above 0' },
  { table: 'stack', wrong: 'parent_id >= stack_id', what: 'its parent does not come before it' },
  {
    table: 'stack',
    wrong: 'parent_id <> 0 AND parent_id NOT IN (SELECT stack_id FROM stack)',
    what: 'its parent is no stack of the trace',
  },
  missing('batch', 'recording_id', 'recording'),
  { table: 'batch', wrong: 'last_ns < first_ns', what: 'it ends before it begins' },
  afterEnd('batch', 'last_ns'),
  {
    table: 'batch',
    wrong:
      'first_ns < (SELECT max(offset_ns, kept_from_ns) FROM recording AS r WHERE r.recording_id = batch.recording_id)',
    what: 'it begins before what its recording has kept',
  },
  { table: 'batch', wrong: 'spared < 0', what: 'it left out less than no tick', needs: ['spared'] },
  missing('failure', 'batch_id', 'batch'),
  { table: 'failure', wrong: 'count < 1', what: 'it counts nothing' },
  missing('gap', 'recording_id', 'recording'),
  { table: 'gap', wrong: 'to_ns < from_ns', what: 'it ends before it begins' },
  afterEnd('gap', 'to_ns'),
  missing('mark', 'recording_id', 'recording'),
  { table: 'mark', wrong: "name = ''", what: 'it has no name' },
  afterEnd('mark', 'at_ns'),
];

/** Rows that nothing refers to: allowed, and worth a note. */
export const unused: readonly {
  readonly noun: string;
  readonly table: string;
  readonly isUnused: string;
  /** A column that files may lack, and that refers to them, too. */
  readonly alsoBy?: { readonly table: string; readonly column: string };
}[] = [
  {
    noun: 'strings',
    table: 'string',
    isUnused: `string_id NOT IN (SELECT name_id FROM function UNION ALL SELECT file_id FROM function UNION ALL
      SELECT qualname_id FROM function WHERE qualname_id IS NOT NULL UNION ALL SELECT string_id FROM thread_name)`,
    alsoBy: { table: 'function', column: 'build_id' },
  },
  {
    noun: 'functions',
    table: 'function',
    isUnused: 'function_id NOT IN (SELECT function_id FROM frame)',
  },
  { noun: 'frames', table: 'frame', isUnused: 'frame_id NOT IN (SELECT frame_id FROM stack)' },
];
