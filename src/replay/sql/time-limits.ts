/**
 * Which stretch of time a query can need samples of, told from its text: `WHERE time_s >= 10 AND time_s < 20`. SQLite
 * applies the condition all the same, so this may give too much and never too little; where it is not certain, it gives all.
 */

/** In ns; infinite where there is no limit. */
export interface TimeLimits {
  readonly fromNs: number;
  readonly toNs: number;
}

const noLimits: TimeLimits = { fromNs: Number.NEGATIVE_INFINITY, toNs: Number.POSITIVE_INFINITY };

/** Seconds of a query become nanoseconds with an error far below this. */
const slackNs = 1_000;

const token =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|[a-z_][\w$]*|(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[<>=!]=|<>|\S/gi;

/** Words that end the tables or the conditions of a SELECT. */
const clauses = [
  'select',
  'union',
  'except',
  'intersect',
  'group',
  'having',
  'window',
  'order',
  'limit',
  ';',
];
/** Words that may follow a table, and are no name that is given to it. */
const joins = ['where', 'join', 'left', 'right', 'full', 'inner', 'cross', 'natural', 'outer', 'on', 'using'];
const joinWords = [...joins, 'indexed', 'not'];

/** The limits that every row of `sample` must keep to count in the query. */
export function findTimeLimits(sql: string): TimeLimits {
  const tokens = [...sql.matchAll(token)]
    .map(([text]) => text.toLowerCase())
    .filter((text) => !/^(--|\/\*)/.test(text));
  // A name in quotes is one that this does not follow.
  if (tokens.some((text) => /^["'`[]/.test(text) && /sample|time_s/.test(text))) return noLimits;
  const tables = [...tokens.keys()].filter((at) => tokens[at] === 'sample' && tokens[at + 1] !== '.');
  const [at] = tables;
  if (at === undefined || tables.length > 1) return noLimits;
  if (!['from', 'join', ','].includes(tokens[at - 1] ?? '') || tokens[at + 1] === '(') return noLimits;
  const name = readName(tokens, at);
  if (name === null) return noLimits;
  const start = findAtDepth(tokens, at + 1, ['where', ...clauses]);
  if (tokens[start] !== 'where') return noLimits;
  const conditions = tokens.slice(start + 1, findAtDepth(tokens, start + 1, clauses));
  return readConditions(conditions, [['time_s'], [name, '.', 'time_s']]);
}

/** What the query calls the table; null where it is no table but a name for something else (WITH sample AS …). */
function readName(tokens: readonly string[], at: number): string | null {
  const next = tokens[at + 1];
  if (next === 'as') return tokens[at + 2] === '(' ? null : (tokens[at + 2] ?? null);
  const isName = next !== undefined && /^[a-z_]/.test(next) && ![...clauses, ...joinWords].includes(next);
  return isName ? next : 'sample';
}

/** Index of the first of `words` outside brackets, or of the end of the brackets around, or of the text. */
function findAtDepth(tokens: readonly string[], from: number, words: readonly string[]): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const text = tokens[at]!;
    if (text === '(') depth++;
    else if (text === ')' && --depth < 0) return at;
    else if (depth === 0 && words.includes(text)) return at;
  }
  return tokens.length;
}

function readConditions(tokens: readonly string[], columns: readonly (readonly string[])[]): TimeLimits {
  let { fromNs, toNs } = noLimits;
  // One of several alternatives is no limit, and words within CASE are no conditions of the whole.
  if (findAtDepth(tokens, 0, ['or', 'case']) < tokens.length) return noLimits;
  for (let at = 0; at < tokens.length; ) {
    let end = findAtDepth(tokens, at, ['and']);
    const isBetween = findAtDepth(tokens.slice(at, end), 0, ['between']) < end - at;
    if (isBetween) end = findAtDepth(tokens, end + 1, ['and']);
    const found = readComparison(tokens.slice(at, end), columns);
    fromNs = Math.max(fromNs, found.fromNs);
    toNs = Math.min(toNs, found.toNs);
    at = end + 1;
  }
  return { fromNs, toNs };
}

const mirrored: Readonly<Record<string, string>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '=': '=',
  '==': '=',
};

/** One condition: of the forms `time_s >= 10`, `10 <= s.time_s`, `time_s BETWEEN 10 AND 20`; others limit nothing. */
function readComparison(condition: readonly string[], columns: readonly (readonly string[])[]): TimeLimits {
  for (const column of columns) {
    const text = column.join(' ');
    const all = condition.join(' ');
    const between = all.startsWith(`${text} between `) ? all.slice(text.length + 9).split(' and ') : [];
    if (between.length === 2) {
      const [low, high] = between.map(readNumber);
      return { fromNs: compare('>=', low ?? null).fromNs, toNs: compare('<=', high ?? null).toNs };
    }
    for (const operator of Object.keys(mirrored)) {
      if (all.startsWith(`${text} ${operator} `))
        return compare(operator, readNumber(all.slice(text.length + operator.length + 2)));
      if (all.endsWith(` ${operator} ${text}`))
        return compare(mirrored[operator]!, readNumber(all.slice(0, -(text.length + operator.length + 2))));
    }
  }
  return noLimits;
}

function compare(operator: string, ns: number | null): TimeLimits {
  if (ns === null) return noLimits;
  return {
    fromNs: operator.startsWith('<') ? noLimits.fromNs : ns - slackNs,
    toNs: operator.startsWith('>') ? noLimits.toNs : ns + slackNs,
  };
}

/** Seconds as a number in SQL, in ns; null for anything else. */
function readNumber(text: string): number | null {
  const match = /^([+-] )?((?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)$/.exec(text);
  return match === null ? null : Number(match[2]) * 1e9 * (match[1] === '- ' ? -1 : 1);
}
