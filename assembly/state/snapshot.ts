// Snapshot blobs: one per key group, self-describing, read and written through one growing buffer.
//
//   blob    := u32 SNAPSHOT_VERSION · i32 key group (−1: what belongs to none) · u64 checksum of key group and sections · section*
//   section := u64 operator id · u32 layout · u32 bytes · content
//
// All numbers little-endian. A reader skips sections of operators that it does not have. What a program has not written as it is, it does
// not read: readers of sections rely on the checksum where a number decides how far they go.
import { allocateBlock, freeBlock } from "./arena";
import { hashWide, mixHash } from "./hash";
import { SNAPSHOT_VERSION } from "../../contract/abi";

const CHECKSUM: usize = 8;
const HEAD_BYTES: usize = 16;

let buffer: usize = 0;
let capacity: usize = 0;
let length: usize = 0;
let sectionStart: usize = 0;

/** Where the blob that was written lies. */
export function writtenPointer(): usize {
  return buffer;
}

/** Bytes written so far. */
export function writtenLength(): usize {
  return length;
}

/** Begins the blob of a key group. */
export function beginBlob(group: i32): void {
  length = 0;
  writeU32(SNAPSHOT_VERSION);
  writeU32(<u32>group);
  writeU64(0);
}

/** Ends the blob with its checksum; its length, 0 when it holds nothing but its head. */
export function endBlob(): usize {
  if (length == HEAD_BYTES) return 0;
  store<u64>(buffer + CHECKSUM, checksumOf(buffer, length));
  return length;
}

function checksumOf(blob: usize, bytes: usize): u64 {
  return mixHash(hashWide(blob + HEAD_BYTES, <u32>(bytes - HEAD_BYTES)), load<u32>(blob, 4));
}

/** Makes room for `bytes` more and returns where they go. */
export function writeSpace(bytes: usize): usize {
  if (length + bytes + 16 > capacity) {
    const wanted = max<usize>(length + bytes + 16, capacity * 2);
    const grown = allocateBlock(wanted);
    if (capacity > 0) {
      memory.copy(grown, buffer, length);
      freeBlock(buffer, capacity);
    }
    buffer = grown;
    capacity = wanted;
  }
  const at = buffer + length;
  length += bytes;
  return at;
}

export function writeU32(value: u32): void {
  store<u32>(writeSpace(4), value);
}

export function writeU64(value: u64): void {
  store<u64>(writeSpace(8), value);
}

export function writeBytes(pointer: usize, bytes: u32): void {
  memory.copy(writeSpace(bytes), pointer, bytes);
}

/** Leaves room for the length of what is written next; `patchLength` fills it in. */
export function writeMark(): usize {
  writeU32(0);
  return length;
}

/** Fills in how much was written since `writeMark` gave `mark`. */
export function patchLength(mark: usize): void {
  store<u32>(buffer + mark - 4, <u32>(length - mark));
}

/** Forgets what was written behind `at`. */
export function takeBack(at: usize): void {
  length = at;
}

/** Begins the section of an operator. */
export function beginSection(operator: u64, layout: u32): void {
  writeU64(operator);
  writeU32(layout);
  writeU32(0);
  sectionStart = length;
}

/** Ends the section: its length is filled in. An empty one is taken back. */
export function endSection(): void {
  if (length == sectionStart) {
    length -= 16;
    return;
  }
  store<u32>(buffer + sectionStart - 4, <u32>(length - sectionStart));
}

// ---- Reading ----------------------------------------------------------------------------------------------

let position: usize = 0;
let limit: usize = 0;
/** Set when a reader ran past the end: the blob is truncated. */
export let readFailed: bool = false;

/** Key group of the blob that is being read. */
export let openedGroup: i32 = 0;

/** Begins to read a blob; false when its version is another one, or it is not as it was written. */
export function openBlob(pointer: usize, bytes: usize): bool {
  position = pointer;
  limit = pointer + bytes;
  readFailed = false;
  if (bytes < HEAD_BYTES || readU32() != SNAPSHOT_VERSION) return false;
  openedGroup = <i32>readU32();
  return readU64() == checksumOf(pointer, bytes);
}

/** True while sections or entries are left below `end`. */
export function readMore(end: usize): bool {
  return !readFailed && position < end;
}

/** End of the blob, for `readMore`. */
export function blobEnd(): usize {
  return limit;
}

/** Position of the next byte. */
export function readPosition(): usize {
  return position;
}

/** Takes `bytes` and returns where they lie; past the end `readFailed` is set and 16 zero bytes are given. */
export function readSpace(bytes: usize): usize {
  if (bytes > limit - position) {
    readFailed = true;
    position = limit;
    return zeros;
  }
  const at = position;
  position += bytes;
  return at;
}

const zeros: usize = memory.data(16, 8);

export function readU32(): u32 {
  return load<u32>(readSpace(4));
}

export function readU64(): u64 {
  return load<u64>(readSpace(8));
}

/** Goes to `at`: the end of a section that is skipped or was read. */
export function readSkipTo(at: usize): void {
  if (at > limit) readFailed = true;
  else position = at;
}
