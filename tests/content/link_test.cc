#include "appliance/content/link.h"

#include <catch2/catch.hpp>
#include <string>

#include "appliance/content/schema.h"

namespace heirloom::content {
namespace {

bool Safe(std::string_view target) { return IsSafeLink(target, Schema::BuiltIn().links()); }

}  // namespace

TEST_CASE("web and mail addresses and paths of ours are links", "[content][link]") {
  for (const char* target :
       {"http://example.org", "https://example.org/a/b?c=d&e=f#g", "HTTPS://EXAMPLE.ORG/",
        "https://user@example.org:8443/", "https://[::1]/", "https://example.org/@name",
        "https://de.wikipedia.org/wiki/Käse", "mailto:ada@example.org",
        "mailto:ada@example.org?subject=Lamps%20and%20rings", "/", "/stories/018f?revision=2#end",
        "/a//b", "https://example.org/javascript:alert(1)"}) {
    INFO(target);
    CHECK(Safe(target));
  }
}

TEST_CASE("nothing else is a link", "[content][link]") {
  for (const char* target : {"",
                             " ",
                             "story",
                             "./story",
                             "../story",
                             "#end",
                             "?a",
                             "example.org",
                             "//example.org",
                             "///example.org",
                             "/\\example.org",
                             "\\\\example.org",
                             "\\/example.org",
                             "http:example.org",
                             "http:/example.org",
                             "https:///example.org",
                             "https://",
                             "https://?a",
                             "http",
                             "http:",
                             "mailto:",
                             "javascript:alert(1)",
                             "data:text/html,x",
                             "vbscript:x",
                             "file:///etc/passwd",
                             "blob:https://example.org/x",
                             "ftp://example.org",
                             "tel:1",
                             "about:blank",
                             ":",
                             "://x",
                             " https://example.org",
                             "https://example.org ",
                             "https://exa mple.org",
                             "https://example.org/a\nb",
                             "https://exam\tple.org",
                             "/a\tb",
                             "/\t/example.org",
                             "https:\\\\example.org",
                             "https://example.org\\@evil.org",
                             "\x01https://example.org",
                             "https://example.org/\x7F",
                             "https://example.org/\xC2\x80",
                             "https://a.org/\xC2\xA0",
                             "https://a.org/\xE2\x80\x8B",
                             "https://a.org/\xE2\x80\xAEgpj.exe",
                             "/\xE2\x80\x8F",
                             "/\xE2\x81\xA0",
                             "\xEF\xBB\xBFhttps://a.org",
                             "/\xE3\x80\x80",
                             "/\xE2\x80\xA8",
                             "https://a.org/\xC2\xAD",
                             "https://a.org/\xFF",
                             "httpѕ://a.org",
                             "view-source:https://a"}) {
    INFO(target);
    CHECK_FALSE(Safe(target));
  }
}

TEST_CASE("a link has at most 2,048 characters", "[content][link]") {
  CHECK(Safe("/" + std::string(2047, 'a')));
  CHECK_FALSE(Safe("/" + std::string(2048, 'a')));
}

}  // namespace heirloom::content
