// LIKE (KDA-SQL 2.10). The tags are the declarations (ARCHITECTURE.md). `%` matches any characters, `_` one character.
// Matching is greedy and goes back to the last `%` only, which is enough as the part before it can't match better later.
import { EMPTY_TEXT, Text, textLength, textPointer } from "../text";
import { raiseWith } from "../faults";
import { FAULT_INVALID_PATTERN } from "../../contract/abi";
import { countCodePoints } from "../formats/utf8";
import { equalBytes } from "../state/hash";
import { sequenceBytes } from "./letters";

const PERCENT: u8 = 0x25;
const UNDERSCORE: u8 = 0x5f;

/**
 * True when the whole text matches the pattern.
 * @sql LIKE(VARCHAR, VARCHAR) -> BOOLEAN
 * @case 'abc' LIKE 'a%' = TRUE
 * @case 'aXbXc' LIKE 'a%b%c' = TRUE
 * @case 'ab' LIKE 'a' = FALSE
 * @case '日本' LIKE '_本' = TRUE
 * @case '' LIKE '%' = TRUE
 * @case CAST(NULL AS VARCHAR(3)) LIKE 'a' = NULL
 */
export function like(text: Text, pattern: Text): bool {
  return matches(text, pattern, EMPTY_TEXT);
}

/**
 * True when the whole text matches the pattern, in which the escape character makes `%`, `_` and itself plain.
 * @sql LIKE(VARCHAR, VARCHAR, VARCHAR) -> BOOLEAN
 * @faults invalid-pattern
 * @case 'a%c' LIKE 'a\%c' ESCAPE '\' = TRUE
 * @case 'abc' LIKE 'a\%c' ESCAPE '\' = FALSE
 * @case 'a_c' LIKE 'a!_c' ESCAPE '!' = TRUE
 * @case 'abc' LIKE 'a!bc' ESCAPE '!' faults invalid-pattern
 * @case 'abc' LIKE 'abc' ESCAPE '' faults invalid-pattern
 */
export function likeEscape(text: Text, pattern: Text, escape: Text): bool {
  if (escapesAreValid(pattern, escape)) return matches(text, pattern, escape);
  raiseWith(FAULT_INVALID_PATTERN, pattern);
  return false;
}

// One character of escape, and behind it in the pattern only what can be escaped.
function escapesAreValid(pattern: Text, escape: Text): bool {
  const length = textLength(escape);
  const escaped = textPointer(escape);
  if (countCodePoints(escaped, length) != 1) return false;
  let at = textPointer(pattern);
  const end = at + textLength(pattern);
  while (at < end) {
    if (startsWith(at, end, escaped, length)) {
      at += length;
      if (at >= end) return false;
      const byte = load<u8>(at);
      if (byte != PERCENT && byte != UNDERSCORE && !startsWith(at, end, escaped, length)) return false;
    }
    at += sequenceBytes(load<u8>(at));
  }
  return true;
}

// @ts-ignore: decorator
@inline
function startsWith(at: usize, end: usize, wanted: usize, length: u32): bool {
  return end - at >= <usize>length && equalBytes(at, wanted, length);
}

function matches(text: Text, pattern: Text, escape: Text): bool {
  let at = textPointer(text);
  const end = at + textLength(text);
  let rule = textPointer(pattern);
  const ruleEnd = rule + textLength(pattern);
  const escapeLength = textLength(escape);
  // Behind the last `%`, and where the rest of the text begins that it leaves; 0 before the first one.
  let resumeRule: usize = 0;
  let resumeAt: usize = 0;
  while (true) {
    let plain = false;
    if (rule < ruleEnd) {
      if (escapeLength != 0 && startsWith(rule, ruleEnd, textPointer(escape), escapeLength)) {
        plain = true;
        rule += escapeLength;
      } else if (load<u8>(rule) == PERCENT) {
        if (++rule == ruleEnd) return true;
        resumeRule = rule;
        resumeAt = at;
        continue;
      }
    } else if (at == end) return true;
    if (at == end) return false;
    if (rule < ruleEnd) {
      const byte = load<u8>(rule);
      if (!plain && byte == UNDERSCORE) {
        rule++;
        at += sequenceBytes(load<u8>(at));
        continue;
      }
      if (byte == load<u8>(at)) {
        rule++;
        at++;
        continue;
      }
    }
    if (resumeRule == 0) return false;
    resumeAt += sequenceBytes(load<u8>(resumeAt));
    at = resumeAt;
    rule = resumeRule;
  }
}
