#pragma once

#include <string>

#include "appliance/base/result.h"

namespace heirloom {

// An absolute http or https URL, taken apart by libcurl, so that what is judged is what is asked.
struct HttpUrl {
  std::string scheme;  // Lower case.
  std::string host;    // Lower case; IPv6 in brackets.
  std::string port;    // Always there: the scheme's when none is written.
  std::string path;

  // kInvalidArgument for another scheme, a missing host, or credentials inside. The message does
  // not repeat the text, which may hold a secret.
  static Result<HttpUrl> Parse(const std::string& text);

  bool SameServer(const HttpUrl& other) const;
  bool IsLoopback() const;    // localhost, *.localhost, 127.0.0.0/8, ::1.
  std::string Shown() const;  // For messages: without query and fragment.
};

}  // namespace heirloom
