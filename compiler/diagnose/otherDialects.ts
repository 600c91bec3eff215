// What other dialects of SQL have under a name that this one lacks, and what is written here instead: hints of messages.

const tumbling = "write GROUP BY …, STEP(s.ROWTIME BY INTERVAL '1' MINUTE)";
const sliding = "write OVER (RANGE INTERVAL '1' MINUTE PRECEDING), which slides with each row";
const session = "write WINDOWED BY STAGGER (PARTITION BY … RANGE INTERVAL '1' MINUTE): its windows open with a row";

/** Kinds of windows that are no words of the dialect, with what is written for them. */
export const windowKinds: Readonly<Record<string, string>> = {
  TUMBLE: tumbling,
  TUMBLING: tumbling,
  HOP: sliding,
  HOPPING: sliding,
  SLIDE: sliding,
  SLIDING: sliding,
  SESSION: session,
};

const byWindow = 'the first or last time of a group is MIN or MAX of it; STEP gives the start of its window';
const ranked = 'rank rows by TABLE(GROUP_RANK(…)), find the most frequent values by TABLE(TOP_K_ITEMS_TUMBLING(…))';
const joined = 'texts are joined by ||: a || b';
const otherwise = 'write COALESCE(x, y)';
const chosen = 'write CASE WHEN … THEN … ELSE … END';
const length = 'write CHAR_LENGTH(x)';
const now = 'write CURRENT_ROW_TIMESTAMP';
const rounded = 'write CAST(x AS DECIMAL(18, 2)), or FLOOR(x + 0.5) for a whole number';
const cut = 'write FLOOR(x), or CEIL(x) for a negative number';
const asText = "write TIMESTAMP_TO_CHAR('yyyy-MM-dd HH:mm:ss', t)";
const part = 'write SUBSTRING(x FROM start FOR length)';
const found = 'write POSITION(a IN b)';
const collected = 'no aggregate gathers values into one: insert the rows themselves';
const extracted = 'give the input a column with its own Mapping, for instance $.a.b';
const matched = "write x SIMILAR TO 'pattern'";
const replaced = "write REGEX_REPLACE(x, 'pattern', 'replacement', 1, 0)";
const shifted = "write t + INTERVAL '1' DAY";
const apart = 'write TSDIFF(a, b), in milliseconds, or (a - b) SECOND';
const field = (name: string): string => `write EXTRACT(${name} FROM t)`;

/** Functions that are not there. A function that the script creates under such a name is taken before. */
const functions: Readonly<Record<string, string>> = {
  ...windowKinds,
  ...{ TUMBLE_START: byWindow, TUMBLE_END: byWindow, HOP_START: byWindow, HOP_END: byWindow },
  ...{ SESSION_START: byWindow, SESSION_END: byWindow },
  ...{ ROW_NUMBER: ranked, RANK: ranked, DENSE_RANK: ranked, PERCENT_RANK: ranked, NTILE: ranked },
  LEAD: 'no function looks ahead: LAG looks back',
  ...{ CONCAT: joined, CONCAT_WS: joined },
  ...{ LENGTH: length, LEN: length },
  ...{ REPLACE: replaced, REGEXP_REPLACE: replaced },
  ...{ REGEXP_LIKE: matched, REGEXP: matched, RLIKE: matched },
  ...{ NOW: now, GETDATE: now, SYSDATE: now },
  ...{ DATEDIFF: apart, TIMESTAMPDIFF: apart, DATE_DIFF: apart },
  ...{ DATEADD: shifted, DATE_ADD: shifted, TIMESTAMPADD: shifted },
  ...{ DATE_TRUNC: 'write FLOOR(t TO HOUR)' },
  ...{ IF: chosen, IIF: chosen, DECODE: chosen, GREATEST: chosen, LEAST: chosen },
  ...{ IFNULL: otherwise, NVL: otherwise, ISNULL: otherwise },
  ...{ ROUND: rounded, TRUNC: cut, TRUNCATE: cut },
  ...{ DATE_FORMAT: asText, TO_CHAR: asText, FORMAT_TIMESTAMP: asText },
  TO_DATE: "write CHAR_TO_DATE('yyyy-MM-dd', x)",
  FROM_UNIXTIME: 'write TO_TIMESTAMP(x), of milliseconds since 1970',
  ...{ SUBSTR: part, MID: part },
  LEFT: 'write SUBSTRING(x FROM 1 FOR n)',
  RIGHT: 'write SUBSTRING(x FROM CHAR_LENGTH(x) - n + 1)',
  ...{ INSTR: found, CHARINDEX: found, STRPOS: found, LOCATE: found },
  LTRIM: "write TRIM(LEADING ' ' FROM x)",
  RTRIM: "write TRIM(TRAILING ' ' FROM x)",
  ...{ LCASE: 'write LOWER(x)', UCASE: 'write UPPER(x)', POW: 'write POWER(x, y)' },
  LOG: 'write LN(x) or LOG10(x)',
  ...{ VARIANCE: 'write VAR_SAMP(x)', STDEV: 'write STDDEV_SAMP(x)' },
  ...{ JSON_VALUE: extracted, JSON_QUERY: extracted, JSON_EXTRACT: extracted, GET_JSON_OBJECT: extracted },
  ...{ ARRAY_AGG: collected, LISTAGG: collected, STRING_AGG: collected, COLLECT: collected, GROUP_CONCAT: collected },
  ...{ YEAR: field('YEAR'), MONTH: field('MONTH'), DAY: field('DAY') },
  ...{ HOUR: field('HOUR'), MINUTE: field('MINUTE'), SECOND: field('SECOND') },
};

/** What to write for a function of another dialect; undefined for a name that is not known from there. */
export function insteadOfFunction(name: string): string | undefined {
  return Object.hasOwn(functions, name) ? functions[name] : undefined;
}
