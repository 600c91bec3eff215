// Count, sum and maximum by device in windows of an hour, with a million devices.
#include "common.hpp"

#include <limits>

struct Group {
  int64_t count, sum, highest;
};

struct ManyKeys {
  Tumbling<Group> groups{3600000};

  static auto leave(Rows &rows) {
    return [&rows](const std::string &device, const Group &group) {
      rows.raw("{\"DEVICE\":").text(device).raw(",\"READING_COUNT\":").number(group.count);
      rows.raw(",\"TOTAL\":").number(group.sum).raw(",\"HIGHEST\":").number(group.highest).end();
    };
  }

  template <typename Record> void record(Record &reading, Rows &rows) {
    int64_t time = time_of(std::string_view(reading["EVENT_TIME"]));
    std::string_view device(reading["DEVICE"]);
    int64_t value = int64_t(reading["READING"]);
    Group &group = groups.at(time, device, Group{0, 0, std::numeric_limits<int64_t>::min()}, leave(rows));
    group.count++;
    group.sum += value;
    if (value > group.highest) group.highest = value;
  }
  void end(Rows &rows) { groups.flush(leave(rows)); }
};

int main(int count, char **words) { return program<ManyKeys>(count, words); }
