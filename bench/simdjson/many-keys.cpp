// Count, sum and maximum by device in windows of an hour, with a million devices.
#include "common.hpp"

#include <unordered_map>

struct Group {
  int64_t count, sum, highest;
};

int main(int count, char **words) {
  return program(count, words, [](const char *input, Rows &rows) {
    std::unordered_map<std::string, Group> groups;
    std::string key;
    int64_t window = -1;
    auto flush = [&] {
      for (const auto &[device, group] : groups) {
        rows.raw("{\"DEVICE\":").text(device).raw(",\"READING_COUNT\":").number(group.count);
        rows.raw(",\"TOTAL\":").number(group.sum).raw(",\"HIGHEST\":").number(group.highest).end();
      }
      groups.clear();
    };
    each_record(input, [&](auto &&record) {
      int64_t record_window = time_of(std::string_view(record["EVENT_TIME"])) / 3600000;
      key.assign(std::string_view(record["DEVICE"]));
      int64_t reading = int64_t(record["READING"]);
      if (record_window != window) {
        flush();
        window = record_window;
      }
      auto [place, fresh] = groups.try_emplace(key, Group{1, reading, reading});
      if (fresh) return;
      Group &group = place->second;
      group.count++;
      group.sum += reading;
      if (reading > group.highest) group.highest = reading;
    });
    flush();
  });
}
