-- Sums over stretches of a trace: a cache that can be made again from the batches, and is in a file only where it pays.
-- Not part of the format version: readers that do not know it ignore it. The prose is in docs/format.md.
CREATE TABLE rollup (
  rollup_id INTEGER PRIMARY KEY,
  layout INTEGER NOT NULL,    -- of data: 3
  first_ns INTEGER NOT NULL,  -- earliest and latest tick of what is summed up
  last_ns INTEGER NOT NULL,
  since_ns INTEGER NOT NULL,  -- the batches with since_ns <= batch.last_ns <= until_ns are summed up
  until_ns INTEGER NOT NULL,
  batches INTEGER NOT NULL,   -- sums over their rows: where they differ, the rollup is stale
  ticks INTEGER NOT NULL,
  samples INTEGER NOT NULL,
  missed INTEGER NOT NULL,
  bytes INTEGER NOT NULL,     -- of their data
  data BLOB NOT NULL          -- msgpack in a raw deflate stream
) STRICT;
