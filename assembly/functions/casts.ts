// CAST between all pairs of types that KDA-SQL 3.7 allows (with DECISIONS 8, 9, 10), named `cast<From>To<To>`. The value comes first,
// then the source's parameters, then the target's. Names and parameters, with S ∈ Tinyint Smallint Integer Bigint:
//
//   castBigintTo{Tinyint,Smallint,Integer}(i64)            castBigintToDecimal(i64, scale)   integers come widened to i64
//   castDecimalToS(i64, scale)     castDecimalToDecimal(i64, from, to)     castDecimalTo{Double,Real}(i64, scale)
//   castDoubleToS(f64)   castDoubleToDecimal(f64, scale)   castDoubleToReal(f64)
//   castRealToS(f32)     castRealToDecimal(f32, scale)     castRealToDouble(f32)
//   castTextToS(text)    castTextToDecimal(text, scale)    castTextTo{Double,Real}(text)
//   castTextToBoolean(text): 'unknown' is NULL (functions/nulls)
//   castTextTo{Date,Time,Timestamp}(text)        castTextToInterval{Day,Month}(text, startField, endField)
//   castDateToTimestamp(i32)   castTimeToTimestamp(i32): on the date of the start   castTimestampTo{Date,Time}(i64)
//   castInterval{Day,Month}ToInterval{Day,Month}(value, endField): cut to the field
//   castInterval{Day,Month}ToS(value, endField)   castInterval{Day,Month}ToDecimal(value, endField, scale): counts of the end field
//   castBooleanToText(i32, length)   castBigintToText(i64, length)   castDecimalToText(i64, scale, length)
//   cast{Double,Real}ToText(value, length): Java's form   cast{Date,Time,Timestamp}ToText(value, length)
//   castInterval{Day,Month}ToText(value, startField, endField, length): cut to the length
//   truncateText(text, length)   padText(text, length)   truncateBinary(text, length)   padBinary(text, length)
//
// Numbers round half away from zero. A number, BOOLEAN or datetime that is longer than `length` is text-too-long; text that is not
// of the form is invalid-cast; a number out of range is numeric-overflow. Fields are numbers of datetime fields (calendar.ts).
export * from "./castNumbers";
export * from "./castTexts";
export * from "./castDatetimes";
