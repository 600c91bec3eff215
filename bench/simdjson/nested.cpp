// Orders nested three levels deep: one row for every item of a large quantity.
#include "common.hpp"

struct Nested {
  std::string city;

  template <typename Record> void record(Record &order, Rows &rows) {
    (void)time_of(std::string_view(order["EVENT_TIME"]));
    ondemand::object purchase = order["PURCHASE"];
    int64_t id = int64_t(purchase["ID"]);
    city.assign(std::string_view(purchase["CUSTOMER"]["ADDRESS"]["CITY"]));
    for (ondemand::object item : order["ITEMS"].get_array()) {
      std::string_view sku = item["SKU"];
      int64_t quantity = int64_t(item["QUANTITY"]);
      double price = double(item["PRICE"]);
      if (quantity <= 7) continue;
      rows.raw("{\"ORDER_ID\":").number(id).raw(",\"CITY\":").text(city).raw(",\"SKU\":").text(sku);
      rows.raw(",\"QUANTITY\":").number(quantity).raw(",\"PRICE\":").number(price).end();
    }
  }
  void end(Rows &) {}
};

int main(int count, char **words) { return program<Nested>(count, words); }
