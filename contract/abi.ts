// The numbers that stand on both sides of WebAssembly: host and compiler read this file as TypeScript,
// generated programs link it as AssemblyScript. Hence plain `export const` with integer literals only.

/** Version of the artifact's face: exports, records of memory, codes. A host refuses any other. */
export const ABI_VERSION = 4;
/** Version of the snapshot blobs written by `save`. */
export const SNAPSHOT_VERSION = 2;

// ---- Statuses that `feed`, `advance` and `finish` leave in `status()` ------------------------------------
/** All of the batch was consumed (as far as whole records reach) and nothing is pending. */
export const STATUS_DONE = 0;
/**
 * The output limit was reached between two rows: drain, then make the same call again with the rest, whose bytes lie where they lay. A
 * record of which rows are still to leave counts as not consumed.
 */
export const STATUS_OUTPUT_FULL = 1;
/** The state limit was reached before anything was changed; the program must not be called any more. */
export const STATUS_STATE_LIMIT = 2;
/** A snapshot could not be read: foreign, truncated or of another layout. */
export const STATUS_BAD_SNAPSHOT = 3;
/** A BATCH_ONE took its record. */
export const STATUS_RECORD = 4;
/** `feed_until` stopped before a record whose time is above the limit; `later_time` tells it. */
export const STATUS_LATER = 5;

// ---- Batch forms ------------------------------------------------------------------------------------------
/** Raw bytes with delimiters; all records carry the clock given to `feed`. */
export const BATCH_RAW = 0;
/** A table of record entries (below) followed by the bytes they point to. */
export const BATCH_RECORDS = 1;
/** Flag on a raw batch: nothing follows, so an unterminated last record is a record. */
export const BATCH_LAST = 2;
/** Flag on a raw batch: only the first record is taken; where it ends, its format says. */
export const BATCH_ONE = 4;

// One record entry of a BATCH_RECORDS batch; offsets are relative to the batch's first byte.
//   0 clock i64 (ms) · 8 arrival i64 (ms) · 16 data offset u32 · 20 data length u32
//  24 partition key offset u32 · 28 length u32 · 32 sequence number offset u32 · 36 length u32
//  40 shard id offset u32 · 44 length u32            (a length of 0xFFFFFFFF means NULL)
// The byte behind a record's data is a program's to overwrite while it decodes the record: no field may lie there.
export const RECORD_ENTRY_BYTES = 48;
export const RECORD_CLOCK = 0;
export const RECORD_ARRIVAL = 8;
export const RECORD_DATA = 16;
export const RECORD_PARTITION_KEY = 24;
export const RECORD_SEQUENCE_NUMBER = 32;
export const RECORD_SHARD_ID = 40;

// ---- Limits -----------------------------------------------------------------------------------------------
/** Longest record in bytes that a decoder takes (a longer one is an error row). */
export const RECORD_BYTES_MAX = 4194304;
/** Bytes up to which a JSON document over several lines is waited for: sixteen times the longest record. */
export const DOCUMENT_BYTES_MAX = 67108864;
/** Bytes behind the input buffer that decoders may read but never interpret. */
export const INPUT_PADDING_BYTES = 64;
/** Deepest nesting of a JSON record. */
export const JSON_DEPTH_MAX = 512;
/** Most bytes of a VARCHAR or BINARY column. */
export const TEXT_BYTES_MAX = 65535;
/** Default number of key groups (SEMANTICS 18). */
export const KEY_GROUPS_DEFAULT = 128;
/** Default limit of an owner's state in bytes (SEMANTICS 20): 1 GB. */
export const STATE_BYTES_MAX_DEFAULT = 1073741824;
/** Default limit of an output: past this many bytes the program stops between two rows. */
export const OUTPUT_BYTES_MAX_DEFAULT = 4194304;

// ---- Faults: data errors, each a row on error_stream (names in contract/faults.ts) ------------------------
export const FAULT_NONE = 0;
export const FAULT_INVALID_RECORD = 1;
export const FAULT_RECORD_TOO_LONG = 2;
export const FAULT_RECORD_TOO_DEEP = 3;
export const FAULT_INVALID_UTF8 = 4;
export const FAULT_COERCION = 5;
export const FAULT_ROW_PATH = 6;
export const FAULT_NUMERIC_OVERFLOW = 7;
export const FAULT_DIVISION_BY_ZERO = 8;
export const FAULT_INVALID_CAST = 9;
export const FAULT_INVALID_ARGUMENT = 10;
export const FAULT_DATETIME_OVERFLOW = 11;
export const FAULT_INVALID_PATTERN = 12;
export const FAULT_NOT_NULL = 13;
export const FAULT_LATE_ROW = 14;
export const FAULT_INVALID_ROWTIME = 15;
export const FAULT_TEXT_TOO_LONG = 16;
export const FAULT_SCRATCH_LIMIT = 17;
export const FAULT_SEVERAL_ROWS = 18;

// ---- Kinds of words in a row of keyed state (assembly/state/words.ts), one u32 each ------------------------
/** A number. */
export const WORD_PLAIN = 0;
/** A text that the row owns. */
export const WORD_TEXT = 1;
/** A set of numbers; one that counts how often each is in it. */
export const WORD_NUMBER_SET = 2;
export const WORD_NUMBER_COUNTS = 3;
/** A set of texts; one that counts how often each is in it. */
export const WORD_TEXT_SET = 4;
export const WORD_TEXT_COUNTS = 5;
/** An exact sum of doubles. */
export const WORD_EXACT_SUM = 6;
/** A ring, with the words of an entry << 8 and how many of them are texts << 20; the next word belongs to it. */
export const WORD_RING = 7;
/** The second word of a ring. */
export const WORD_REST = 8;

// ---- Number text ------------------------------------------------------------------------------------------
/** Scale limit of DECIMAL: 64-bit scaled storage holds at most 19 digits. */
export const DECIMAL_DIGITS_MAX = 18;

// ---- Patterns: the program of a regular expression, written by compiler/pattern, run by assembly/pattern -----------------------------
//   0 kind u8 · 1 search u8 · 2 left kinds u8 · 3 classes u8 · 4 instructions u16 · 6 start u16 · 8 registers u16 · 10 groups u16
//  12 bytes of a set of instructions u16 · 14 dead state u16 (0xFFFF: none)
//  16 starts of classes: u32[], code point << 8 | class, ascending · 20 their number u32
//  24 instructions: 8 bytes each: operation u8, greedy u8, argument u16, next u16, other u16
//  28 sets of classes: 32 bytes each, a bit for each class
//  32 transitions u16[states][classes], 0 when there is no automaton · 36 numbers of viable sets u16[states][left kinds] · 40 viable sets
//  44 without an automaton: ends u32[instructions] of the lists of those before each instruction · 48 these lists u16[]
//  52 the instructions that read u16[] · 56 their number u32 · 60 kinds of classes u8[classes]
//  64 assertions u64[10]: bit left kind * 8 + right kind · 144 right kinds u8[kind][right kind before] · 184 classes of ASCII u8[128] · 312
// All offsets are relative to the program's first byte.
export const PATTERN_KIND = 0;
export const PATTERN_SEARCH = 1;
export const PATTERN_LEFTS = 2;
export const PATTERN_CLASSES = 3;
export const PATTERN_COUNT = 4;
export const PATTERN_START = 6;
export const PATTERN_REGISTERS = 8;
export const PATTERN_GROUPS = 10;
export const PATTERN_SET_BYTES = 12;
export const PATTERN_DEAD = 14;
export const PATTERN_RANGES = 16;
export const PATTERN_RANGE_COUNT = 20;
export const PATTERN_INSTRUCTIONS = 24;
export const PATTERN_MEMBERS = 28;
export const PATTERN_TRANSITIONS = 32;
export const PATTERN_VIABLE_NUMBERS = 36;
export const PATTERN_VIABLE_SETS = 40;
export const PATTERN_BEFORE_ENDS = 44;
export const PATTERN_BEFORE = 48;
export const PATTERN_READERS = 52;
export const PATTERN_READER_COUNT = 56;
export const PATTERN_CLASS_KINDS = 60;
export const PATTERN_ASSERTIONS = 64;
export const PATTERN_RIGHTS = 144;
export const PATTERN_ASCII = 184;
export const PATTERN_HEADER_BYTES = 312;
// Kinds of programs. Invalid: the pattern's text follows at byte 4, and every use is the fault invalid-pattern.
export const PATTERN_IS_INVALID = 0;
export const PATTERN_IS_AUTOMATON = 1;
// The sections of FAST_REGEX_LOG_PARSE. 4 sections u16 · 10 groups u16 · 16, 20, 184 as above
//  24 sections: transitions u32 (u16[states][classes], 0xFFFF: no way on), accepting u32 (u8[states]) · 28 groups: begin and end, each
//     section u16 (0xFFFF: the text's start) and u16 characters before that section's end
export const PATTERN_IS_SECTIONS = 2;
export const PATTERN_SECTION_COUNT = 4;
export const PATTERN_SECTIONS = 24;
export const PATTERN_CUTS = 28;
// Operations of instructions.
export const PATTERN_CONSUME = 0;
export const PATTERN_SPLIT = 1;
export const PATTERN_SAVE = 2;
export const PATTERN_ROUND = 3;
export const PATTERN_ASSERT = 4;
export const PATTERN_MATCH = 5;
/** No state, no section. */
export const PATTERN_NONE = 65535;
/** The right kind of every place but the end, where no instruction looks at it. */
export const PATTERN_RIGHT_OTHER = 7;
