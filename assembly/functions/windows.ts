// temporary
import { floorDivide } from "../formats/datetimes";
/**
 * Floor to a multiple.
 * @sql STEP(TIMESTAMP, INTERVAL) -> TIMESTAMP
 */
export function stepTimestamp(value: i64, step: i64): i64 {
  return floorDivide(value, step) * step;
}
/**
 * Floor.
 * @sql FLOOR(TIMESTAMP, FIELD) -> TIMESTAMP
 */
export function floorTimestamp(value: i64, field: i32): i64 {
  const unit: i64 = field == 5 ? 1000 : field == 4 ? 60000 : field == 3 ? 3600000 : 86400000;
  return floorDivide(value, unit) * unit;
}
