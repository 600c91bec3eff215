// Orders nested three levels deep: one row for every item of a large quantity.
#include "common.hpp"

int main(int count, char **words) {
  return program(count, words, [](const char *input, Rows &rows) {
    std::string city;
    each_record(input, [&](auto &&record) {
      (void)time_of(std::string_view(record["EVENT_TIME"]));
      ondemand::object purchase = record["PURCHASE"];
      int64_t id = int64_t(purchase["ID"]);
      city.assign(std::string_view(purchase["CUSTOMER"]["ADDRESS"]["CITY"]));
      for (ondemand::object item : record["ITEMS"].get_array()) {
        std::string_view sku = item["SKU"];
        int64_t quantity = int64_t(item["QUANTITY"]);
        double price = double(item["PRICE"]);
        if (quantity <= 7) continue;
        rows.raw("{\"ORDER_ID\":").number(id).raw(",\"CITY\":").text(city).raw(",\"SKU\":").text(sku);
        rows.raw(",\"QUANTITY\":").number(quantity).raw(",\"PRICE\":").number(price).end();
      }
    });
  });
}
