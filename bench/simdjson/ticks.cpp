// Count, average, minimum and maximum of the price by ticker in windows of ten seconds.
#include "common.hpp"

#include <unordered_map>

struct Group {
  int64_t count;
  double sum, lowest, highest;
};

int main(int count, char **words) {
  return program(count, words, [](const char *input, Rows &rows) {
    std::unordered_map<std::string, Group> groups;
    std::string key;
    int64_t window = -1;
    auto flush = [&] {
      for (const auto &[ticker, group] : groups) {
        rows.raw("{\"TICKER\":").text(ticker).raw(",\"TICK_COUNT\":").number(group.count);
        rows.raw(",\"AVERAGE\":").number(group.sum / double(group.count)).raw(",\"LOWEST\":").number(group.lowest);
        rows.raw(",\"HIGHEST\":").number(group.highest).end();
      }
      groups.clear();
    };
    each_record(input, [&](auto &&record) {
      int64_t record_window = time_of(std::string_view(record["EVENT_TIME"])) / 10000;
      key.assign(std::string_view(record["TICKER"]));
      (void)std::string_view(record["SECTOR"]);
      (void)double(record["CHANGE"]);
      double price = double(record["PRICE"]);
      (void)int64_t(record["QTY"]);
      if (record_window != window) {
        flush();
        window = record_window;
      }
      auto [place, fresh] = groups.try_emplace(key, Group{1, price, price, price});
      if (fresh) return;
      Group &group = place->second;
      group.count++;
      group.sum += price;
      if (price < group.lowest) group.lowest = price;
      if (price > group.highest) group.highest = price;
    });
    flush();
  });
}
