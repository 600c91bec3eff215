// Auction and price of every bid whose auction is a multiple of 123; all seven columns are checked.
#include "common.hpp"

int main(int count, char **words) {
  return program(count, words, [](const char *input, Rows &rows) {
    each_record(input, [&](auto &&record) {
      int64_t auction = int64_t(record["AUCTION"]);
      (void)int64_t(record["BIDDER"]);
      int64_t price = int64_t(record["PRICE"]);
      (void)std::string_view(record["CHANNEL"]);
      (void)std::string_view(record["URL"]);
      (void)time_of(std::string_view(record["EVENT_TIME"]));
      (void)std::string_view(record["EXTRA"]);
      if (auction % 123 == 0) rows.raw("{\"AUCTION\":").number(auction).raw(",\"PRICE\":").number(price).end();
    });
  });
}
