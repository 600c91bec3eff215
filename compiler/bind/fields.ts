// Datetime fields that a type has: EXTRACT(f FROM x), FLOOR(x TO f) and CEIL take no other. A DATE is a datetime at 00:00:00.
import type { DatetimeField, SqlType, TypeFamily } from '../../contract/types.ts';
import { familyOf } from '../../contract/types.ts';

const ofMonths: readonly DatetimeField[] = ['YEAR', 'MONTH'];
const ofDay: readonly DatetimeField[] = ['HOUR', 'MINUTE', 'SECOND'];
const ofDays: readonly DatetimeField[] = ['DAY', ...ofDay];
const all: readonly DatetimeField[] = [...ofMonths, ...ofDays];

const fields: Partial<Record<TypeFamily, readonly DatetimeField[]>> = {
  date: all,
  timestamp: all,
  time: ofDay,
  'interval-day-time': ofDays,
  'interval-year-month': ofMonths,
};

/** The fields that a type has, when the given one is not among them. */
export function fieldsInstead(field: DatetimeField, type: SqlType): readonly DatetimeField[] | undefined {
  const known = fields[familyOf(type)];
  return known === undefined || known.includes(field) ? undefined : known;
}
