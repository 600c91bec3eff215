// Auction and price of every bid whose auction is a multiple of 123; all seven columns are checked.
#include "common.hpp"

struct Filter {
  template <typename Record> void record(Record &bid, Rows &rows) {
    int64_t auction = int64_t(bid["AUCTION"]);
    (void)int64_t(bid["BIDDER"]);
    int64_t price = int64_t(bid["PRICE"]);
    (void)std::string_view(bid["CHANNEL"]);
    (void)std::string_view(bid["URL"]);
    (void)time_of(std::string_view(bid["EVENT_TIME"]));
    (void)std::string_view(bid["EXTRA"]);
    if (auction % 123 == 0) rows.raw("{\"AUCTION\":").number(auction).raw(",\"PRICE\":").number(price).end();
  }
  void end(Rows &) {}
};

int main(int count, char **words) { return program<Filter>(count, words); }
