// Count, average, minimum and maximum of the price by ticker in windows of ten seconds.
#include "common.hpp"

#include <limits>

struct Group {
  int64_t count;
  double sum, lowest, highest;
};

struct Ticks {
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  Tumbling<Group> groups{10000};

  static auto leave(Rows &rows) {
    return [&rows](const std::string &ticker, const Group &group) {
      rows.raw("{\"TICKER\":").text(ticker).raw(",\"TICK_COUNT\":").number(group.count);
      rows.raw(",\"AVERAGE\":").number(group.sum / double(group.count)).raw(",\"LOWEST\":").number(group.lowest);
      rows.raw(",\"HIGHEST\":").number(group.highest).end();
    };
  }

  template <typename Record> void record(Record &tick, Rows &rows) {
    int64_t time = time_of(std::string_view(tick["EVENT_TIME"]));
    std::string_view ticker(tick["TICKER"]);
    (void)std::string_view(tick["SECTOR"]);
    (void)double(tick["CHANGE"]);
    double price = double(tick["PRICE"]);
    (void)int64_t(tick["QTY"]);
    Group &group = groups.at(time, ticker, Group{0, 0, infinity, -infinity}, leave(rows));
    group.count++;
    group.sum += price;
    if (price < group.lowest) group.lowest = price;
    if (price > group.highest) group.highest = price;
  }
  void end(Rows &rows) { groups.flush(leave(rows)); }
};

int main(int count, char **words) { return program<Ticks>(count, words); }
