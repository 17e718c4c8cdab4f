#include "appliance/cli/line_reader.h"

#include <string_view>

namespace heirloom::cli {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

bool LineReader::Fill() {
  in_.read(chunk_.data(), static_cast<std::streamsize>(chunk_.size()));
  begin_ = 0;
  end_ = static_cast<std::size_t>(in_.gcount());
  bytes_read_ += end_;
  return end_ > 0;
}

std::optional<Line> LineReader::Next() {
  Line line;
  bool any = false;
  for (bool ended = false; !ended;) {
    if (begin_ == end_ && !Fill()) break;
    any = true;
    const std::string_view rest(chunk_.data() + begin_, end_ - begin_);
    const std::size_t newline = rest.find('\n');
    ended = newline != std::string_view::npos;
    const std::string_view piece = rest.substr(0, newline);
    begin_ += piece.size() + (ended ? 1 : 0);
    // One byte more than allowed is kept at first: it may be the CR of a CRLF.
    if (line.too_long || line.text.size() + piece.size() > max_line_ + 1) {
      line.too_long = true;
      line.text.clear();
    } else {
      line.text += piece;
    }
  }
  if (!any) return std::nullopt;
  line.number = ++number_;
  if (line.text.ends_with('\r')) line.text.pop_back();
  if (line.text.size() > max_line_) {
    line.too_long = true;
    line.text.clear();
  }
  if (line.number == 1 && line.text.starts_with(kByteOrderMark)) {
    line.text.erase(0, kByteOrderMark.size());
  }
  return line;
}

}  // namespace heirloom::cli
