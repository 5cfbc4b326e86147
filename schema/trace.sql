-- A pyspy trace, format version 2 (PRAGMA user_version). The prose is in docs/format.md.
-- Times are nanoseconds since the trace's time zero, unless a name ends in _utc_ns or _monotonic_ns.
-- Readers ignore tables and columns that they do not know; what must not be ignored stands in `feature`.

PRAGMA application_id = 1350128496; -- 0x50795370, "PySp"
PRAGMA user_version = 2;

-- What a file holds beyond this schema. A reader that does not know a required feature refuses the file by that
-- name; one that does not know another says so and goes on.
CREATE TABLE feature (
  name TEXT PRIMARY KEY,
  required INTEGER NOT NULL CHECK (required IN (0, 1)),
  note TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE host (
  host_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  system TEXT NOT NULL,      -- "Linux"
  release TEXT NOT NULL,     -- kernel release
  machine TEXT NOT NULL,     -- "x86_64"
  cpu_model TEXT NOT NULL,
  cpus INTEGER NOT NULL,
  boot_id TEXT NOT NULL      -- monotonic clocks of two recordings compare only where this is the same
) STRICT;

-- One run of a recorder. ended_ns is null while it runs, and for ever if it was killed.
CREATE TABLE recording (
  recording_id INTEGER PRIMARY KEY,
  host_id INTEGER NOT NULL REFERENCES host,
  recorder TEXT NOT NULL,                 -- "pyspy 0.1.0"
  recorder_pid INTEGER NOT NULL,
  recorder_start_ticks INTEGER NOT NULL,  -- field 22 of /proc/PID/stat: with boot_id, tells a live recorder from a dead one
  recorder_command TEXT NOT NULL,         -- JSON array of strings
  rate_hz REAL NOT NULL,
  jitter TEXT NOT NULL,                   -- "none", "uniform"; "unknown": imported
  scheduling TEXT,                        -- of the thread that sampled: "real-time", "normal", "refused", "given-up"; null: not known. May be missing
  sampler TEXT,                           -- how stacks of running threads were taken: "memory", "kernel"; null: not known. May be missing
  budget_pct REAL,                        -- percent of one CPU that the recorder was to keep to; null: no limit, or not known. May be missing
  offset_ns INTEGER NOT NULL,             -- this recording's start on the trace's time line; 0 unless merged
  started_monotonic_ns INTEGER NOT NULL,  -- the same instant on CLOCK_MONOTONIC
  started_utc_ns INTEGER NOT NULL,        -- and on the wall clock, since 1970
  kept_from_ns INTEGER NOT NULL,          -- what is older was deleted to keep the file small; 0: nothing was. Since version 2
  ended_ns INTEGER,
  command_status INTEGER,                 -- exit status of the command that the recorder started, 128 + the signal of one that was killed; null: it started none, or it went on. May be missing
  end_reason TEXT                         -- "duration", "interrupted", "target-exited", "target-replaced", "denied", "output-failed", "recorder-failed"; "imported": no recording, times are made up; "imported-times": no recording
) STRICT;

CREATE TABLE process (
  process_id INTEGER PRIMARY KEY,
  recording_id INTEGER NOT NULL REFERENCES recording,
  parent_id INTEGER REFERENCES process,
  pid INTEGER NOT NULL,
  start_ticks INTEGER NOT NULL,   -- field 22 of /proc/PID/stat
  command TEXT NOT NULL,          -- JSON array of strings
  executable TEXT NOT NULL,
  cwd TEXT NOT NULL,
  python_version TEXT NOT NULL,   -- "3.12.1"
  python_build TEXT NOT NULL,     -- as sys.version has it
  first_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE thread (
  thread_id INTEGER PRIMARY KEY,
  process_id INTEGER NOT NULL REFERENCES process,
  python_thread_id INTEGER NOT NULL,   -- threading.get_ident()
  os_thread_id INTEGER,                -- threading.get_native_id(), null where not known
  first_ns INTEGER NOT NULL
) STRICT;

-- A thread's name from since_ns on; a renamed thread has several rows, one without a Python name has none.
CREATE TABLE thread_name (
  thread_id INTEGER NOT NULL REFERENCES thread,
  since_ns INTEGER NOT NULL,
  string_id INTEGER NOT NULL REFERENCES string,
  PRIMARY KEY (thread_id, since_ns)
) STRICT, WITHOUT ROWID;

CREATE TABLE string (
  string_id INTEGER PRIMARY KEY,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE function (
  function_id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,                             -- 0 Python, 1 native, 2 kernel, 3 garbage collector, 4 marker, 5 asyncio task (outermost of its stacks)
  name_id INTEGER NOT NULL REFERENCES string,
  qualname_id INTEGER REFERENCES string,             -- null where the interpreter does not know it (before 3.11)
  file_id INTEGER NOT NULL REFERENCES string,
  first_line INTEGER NOT NULL,                       -- 0 where not known
  build_id INTEGER REFERENCES string,                -- of native code: its binary's build ID, hexadecimal; null where it has none. May be missing
  code_offset INTEGER                                -- of native code: where it begins in its binary, as linked; null where not known. May be missing
) STRICT;

CREATE TABLE frame (
  frame_id INTEGER PRIMARY KEY,
  function_id INTEGER NOT NULL REFERENCES function,
  line INTEGER NOT NULL                              -- 0 where the instruction belongs to no line
) STRICT;

-- A prefix tree. parent_id is the caller's node: smaller than stack_id, and 0 (no row) for an outermost frame.
CREATE TABLE stack (
  stack_id INTEGER PRIMARY KEY,
  parent_id INTEGER NOT NULL,
  frame_id INTEGER NOT NULL REFERENCES frame
) STRICT;

-- Samples of all threads of one recording: msgpack, see batch.schema.json. They come in batches of about a second, which
-- are merged later; last_ns - first_ns never exceeds 10 s. The index finds the batches of a window.
CREATE TABLE batch (
  batch_id INTEGER PRIMARY KEY,
  recording_id INTEGER NOT NULL REFERENCES recording,
  first_ns INTEGER NOT NULL,     -- time of its first tick
  last_ns INTEGER NOT NULL,      -- time of its last tick
  ticks INTEGER NOT NULL,
  samples INTEGER NOT NULL,
  missed INTEGER NOT NULL,       -- scheduled ticks skipped because the recorder was late
  spared INTEGER,                -- ticks of rate_hz left out on purpose, to keep to budget_pct; null: none. May be missing
  torn INTEGER NOT NULL,         -- samples whose stack may mix two moments
  failed INTEGER NOT NULL,       -- samples whose stack could not be read
  truncated INTEGER NOT NULL,    -- samples whose stack was deeper than is kept
  late INTEGER,                  -- ticks that came half a millisecond or more after the moment drawn for them; null: not known. May be missing
  encoding INTEGER NOT NULL,     -- of data: 0 msgpack as it is, 1 as a raw deflate stream (RFC 1951). Since version 2
  data BLOB NOT NULL
) STRICT;
CREATE INDEX batch_time ON batch (last_ns, first_ns);

-- Why samples failed, by batch.
CREATE TABLE failure (
  batch_id INTEGER NOT NULL REFERENCES batch,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (batch_id, reason)
) STRICT, WITHOUT ROWID;

-- Time in which nothing was sampled: the machine slept, the recorder was stopped, samples had to be dropped.
CREATE TABLE gap (
  gap_id INTEGER PRIMARY KEY,
  recording_id INTEGER NOT NULL REFERENCES recording,
  from_ns INTEGER NOT NULL,
  to_ns INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;

CREATE TABLE mark (
  mark_id INTEGER PRIMARY KEY,
  recording_id INTEGER NOT NULL REFERENCES recording,
  at_ns INTEGER NOT NULL,
  name TEXT NOT NULL
) STRICT;
