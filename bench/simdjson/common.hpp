// What the simdjson yardsticks share: the file in pieces, records one by one, times, and rows written as JSON.
#pragma once
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ondemand = simdjson::ondemand;

/** Rows on their way to the output file. */
class Rows {
public:
  explicit Rows(const char *path) : file(std::fopen(path, "wb")) {
    if (!file) throw std::runtime_error("cannot write the output");
    pending.reserve(limit + 65536);
  }
  ~Rows() {
    flush();
    std::fclose(file);
  }
  Rows &raw(std::string_view bytes) {
    pending.append(bytes);
    return *this;
  }
  Rows &number(double value) {
    char digits[32];
    pending.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    return *this;
  }
  Rows &number(int64_t value) {
    char digits[32];
    pending.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    return *this;
  }
  Rows &text(std::string_view value) {
    pending.push_back('"');
    for (unsigned char unit : value) {
      if (unit == '"' || unit == '\\') {
        pending.push_back('\\');
        pending.push_back(char(unit));
      } else if (unit < 0x20) {
        char escape[8];
        std::snprintf(escape, sizeof escape, "\\u%04x", unit);
        pending.append(escape, 6);
      } else {
        pending.push_back(char(unit));
      }
    }
    pending.push_back('"');
    return *this;
  }
  void end() {
    pending.append("}\n");
    if (pending.size() > limit) flush();
  }

private:
  static constexpr size_t limit = 1 << 20;
  std::FILE *file;
  std::string pending;
  void flush() {
    std::fwrite(pending.data(), 1, pending.size(), file);
    pending.clear();
  }
};

/** Milliseconds since 1970 of `yyyy-MM-ddTHH:mm:ss.SSS`; throws for any other form. */
inline int64_t time_of(std::string_view text) {
  static const char form[] = "0000-00-00T00:00:00.000";
  if (text.size() != 23) throw std::runtime_error("not a time");
  for (size_t index = 0; index < 23; index++) {
    bool digit = unsigned(text[index] - '0') < 10;
    if (form[index] == '0' ? !digit : text[index] != form[index]) throw std::runtime_error("not a time");
  }
  auto two = [&](size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  int64_t year = two(0) * 100 + two(2), month = two(5), day = two(8);
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1 || two(11) > 23 || two(14) > 59 || two(17) > 59) throw std::runtime_error("not a time");
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (day > lengths[month - 1] + (month == 2 && leap)) throw std::runtime_error("not a time");
  // Days from civil, Howard Hinnant.
  year -= month <= 2;
  int64_t era = year / 400, of_era = year - era * 400;
  int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
  int64_t of_day = ((two(11) * 60 + two(14)) * 60 + two(17)) * 1000 + (text[20] - '0') * 100 + two(21);
  return days * 86400000 + of_day;
}

/**
 * Calls `take(document)` for every line; a record that throws is counted and left out. The file is read in pieces that stay in the cache: as
 * one string, its pages cost a third of the time.
 */
template <typename Take> void each_record(const char *path, Take take) {
  std::FILE *file = std::fopen(path, "rb");
  if (!file) throw std::runtime_error("cannot read the input");
  std::setvbuf(file, nullptr, _IONBF, 0);
  constexpr size_t piece = 1 << 20;
  // Begins with what is left of a record, and ends with room that the parser may read.
  std::string pending(piece + simdjson::SIMDJSON_PADDING, ' ');
  ondemand::parser parser;
  size_t rejected = 0, kept = 0;
  for (bool last = false; !last;) {
    if (pending.size() < kept + piece + simdjson::SIMDJSON_PADDING) pending.resize(kept + piece + simdjson::SIMDJSON_PADDING);
    size_t count = std::fread(&pending[kept], 1, piece, file);
    last = count < piece;
    size_t filled = kept + count;
    size_t line = pending.rfind('\n', filled == 0 ? 0 : filled - 1);
    size_t whole = last ? filled : line == std::string::npos ? 0 : line + 1;
    ondemand::document_stream records = parser.iterate_many(pending.data(), whole, std::max<size_t>(whole, 64));
    for (auto record : records) {
      try {
        take(record);
      } catch (const std::exception &) {
        rejected++;
      }
    }
    kept = filled - whole;
    std::memmove(&pending[0], &pending[whole], kept);
  }
  std::fclose(file);
  if (rejected > 0) std::fprintf(stderr, "%zu records rejected\n", rejected);
}

/** Groups by key that leave when another window begins; `Leave` is called with key, group and rows. */
template <typename Group> class Tumbling {
public:
  explicit Tumbling(int64_t milliseconds) : length(milliseconds) {}

  /** The group of a key in the window of that time; a new one begins as `open`. */
  template <typename Leave> Group &at(int64_t time, std::string_view key, const Group &open, Leave leave) {
    if (time / length != window) {
      flush(leave);
      window = time / length;
    }
    name.assign(key);
    return groups.try_emplace(name, open).first->second;
  }

  template <typename Leave> void flush(Leave leave) {
    for (const auto &[key, group] : groups) leave(key, group);
    groups.clear();
  }

private:
  const int64_t length;
  int64_t window = -1;
  std::string name;
  std::unordered_map<std::string, Group> groups;
};

/**
 * The whole program: `--version` names the implementation in use, otherwise INPUT OUTPUT. A query has `record(record, rows)` for every
 * record and `end(rows)`.
 */
template <typename Query> int program(int count, char **words) {
  if (count == 2 && std::strcmp(words[1], "--version") == 0) {
    std::printf("simdjson %s On-Demand, implementation %s (records by %s)\n", SIMDJSON_STRINGIFY(SIMDJSON_VERSION),
                simdjson::get_active_implementation()->name().c_str(), SIMDJSON_STRINGIFY(SIMDJSON_BUILTIN_IMPLEMENTATION));
    return 0;
  }
  if (count != 3) return 2;
  Rows rows(words[2]);
  Query query;
  each_record(words[1], [&](auto &&record) { query.record(record, rows); });
  query.end(rows);
  return 0;
}
