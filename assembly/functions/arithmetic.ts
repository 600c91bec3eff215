// Arithmetic of plain values, named `<verb><Kind>` so that names can be formed from types (KDA-SQL 3.5, 3.6).
//
//   Tinyint Smallint Integer (i32) Bigint (i64) Real (f32) Double (f64)
//     add subtract multiply divide (a, b) · negate (a)          division truncates toward zero
//   Decimal (i64, unscaled)
//     add subtract multiply divide (a, scaleA, b, scaleB, scaleResult) · negateDecimal(a)        half away from zero
//   IntervalDay (i64 ms), IntervalMonth (i32)
//     add subtract (a, b) · negate (a)
//     multiply divide …ByBigint(interval, i64) …ByDecimal(interval, i64, scale) …ByDouble(interval, f64)
//        a product rounds half away from zero, a quotient is cut toward zero
//   Datetimes: Date (i32 days) Time (i32 ms of the day) Timestamp (i64 ms)
//     add subtract IntervalDayTo{Date,Time,Timestamp}(datetime, interval) · IntervalMonthTo{Date,Timestamp}
//     subtract{Dates,Times,Timestamps}(a, b): ms · subtract{Dates,Timestamps}InMonths(a, b): whole months
//
// Faults: numeric-overflow (also a double that is not finite), division-by-zero, datetime-overflow (years 0001 … 9999).
export * from "./integers";
export * from "./approximate";
export * from "./decimals";
export * from "./intervals";
