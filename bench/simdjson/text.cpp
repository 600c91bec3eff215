// Log lines whose path is LIKE '/api/%7_': the first 40 characters of the message in upper case. Upper case covers ASCII and the
// two-byte letters of Latin-1, which is all that the data holds.
#include "common.hpp"

static size_t width(unsigned char lead) { return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4; }

static bool matches(std::string_view path) {
  if (path.size() < 7 || path.substr(0, 5) != "/api/") return false;
  size_t last = path.size() - 1;
  while (last > 0 && (static_cast<unsigned char>(path[last]) & 0xc0) == 0x80) last--;
  return last >= 6 && path[last - 1] == '7';
}

static void upper(std::string_view text, size_t characters, std::string &result) {
  result.clear();
  size_t position = 0;
  for (; characters > 0 && position < text.size(); characters--) {
    unsigned char lead = text[position];
    size_t length = width(lead);
    if (lead >= 'a' && lead <= 'z') {
      result.push_back(char(lead - 32));
    } else if (lead == 0xc3 && static_cast<unsigned char>(text[position + 1]) >= 0xa0 &&
               static_cast<unsigned char>(text[position + 1]) < 0xbf && static_cast<unsigned char>(text[position + 1]) != 0xb7) {
      result.push_back(char(lead));
      result.push_back(char(static_cast<unsigned char>(text[position + 1]) - 32));
    } else {
      result.append(text.substr(position, length));
    }
    position += length;
  }
}

struct Text {
  std::string message;

  template <typename Record> void record(Record &entry, Rows &rows) {
    (void)time_of(std::string_view(entry["EVENT_TIME"]));
    std::string_view host = entry["HOST"];
    std::string_view full = entry["MESSAGE"];
    std::string_view path = entry["PATH"];
    (void)std::string_view(entry["STATUS"]);
    if (!matches(path)) return;
    upper(full, 40, message);
    rows.raw("{\"HOST\":").text(host).raw(",\"MESSAGE\":").text(message).raw(",\"PATH\":").text(path).end();
  }
  void end(Rows &) {}
};

int main(int count, char **words) { return program<Text>(count, words); }
