#include "appliance/archive/format/pages.h"

#include "appliance/content/document.h"
#include "appliance/content/html.h"

namespace heirloom::archive {
namespace {

// No script, nothing from anywhere else, whatever a story says.
constexpr std::string_view kPageHead =
    R"(<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
:root { color-scheme: light dark; --ink: #22201c; --quiet: #6b655b; --paper: #fbf9f5; --line: #ddd6ca }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9e4da; --quiet: #a49c8e; --paper: #1b1a18; --line: #3a3732 }
}
body { margin: 0 auto; max-width: 42rem; padding: 2rem 1.25rem 4rem; background: var(--paper);
  color: var(--ink); font: 1.125rem/1.6 Georgia, "Noto Serif", "DejaVu Serif", serif;
  overflow-wrap: break-word }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance }
a { color: inherit }
nav, .about, footer { color: var(--quiet); font-size: .95rem }
blockquote { margin: 1em 0; padding-left: 1em; border-left: 3px solid var(--line) }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .75em; font-size: .9em }
hr { border: 0; border-top: 1px solid var(--line) }
ul.stories { list-style: none; padding: 0 }
ul.stories li { padding: .4em 0; border-top: 1px solid var(--line) }
li p { margin: .25em 0 }
@media print {
  body { max-width: none; padding: 0; font-size: 11pt; background: #fff; color: #000 }
  nav { display: none }
  h1, h2, h3 { break-after: avoid }
}
</style>
)";

std::string Element(std::string_view name, std::string_view attrs, std::string_view text) {
  std::string out = "<" + std::string(name) + std::string(attrs) + ">" + EscapeHtml(text);
  return out + "</" + std::string(name) + ">\n";
}

std::string LanguageAttrs(std::string_view language) {
  return " lang=\"" + EscapeHtml(language) + "\" dir=\"auto\"";
}

std::string PageBegin(std::string_view title, std::string_view language) {
  return "<!doctype html>\n<html lang=\"" + EscapeHtml(language) + "\">\n<head>\n" +
         std::string(kPageHead) + Element("title", "", title) + "</head>\n<body>\n";
}

std::string Joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// "Peter Calder · 1968/1970 · Lunenburg · boat, work · draft"
std::string About(const StoryContent& content) {
  std::string about = content.author;
  const auto add = [&](const std::string& words) {
    if (!words.empty()) about += " · " + words;
  };
  if (content.happened_at) add(content.happened_at->text);
  add(content.place.value_or(""));
  add(Joined(content.tags));
  if (content.status != StoryStatus::kPublished) add(std::string(ToString(content.status)));
  return about;
}

// YAML takes JSON's texts and lists as they are.
std::string Quoted(std::string_view text) { return JsonWriter().String(text).Take(); }

}  // namespace

std::string ReadmeText() {
  return R"(What this is
============

Stories of families and communities, taken out of Heirloom so that they can be
read, kept and moved without it. Open index.html in any browser; nothing needs
to be installed and nothing is fetched from the network.

What is in it
=============

index.html                       every legacy and story, with links
legacies/NAME/                   one folder for each legacy
  legacy.json                    its title, dedication, language, times
  members.json                   who belonged to it: names and roles
  stories/WHEN-TITLE-ID/         one folder for each story
    story.html                   to read and print
    story.md                     the same as plain text (Markdown)
    story.json                   everything about it, for programs
    revisions/1.json, 2.json ... how it was written, from the first to the last
manifest.json                    every file with its size and SHA-256
SHA256SUMS                       the same for the program sha256sum

All text is UTF-8. Times are UTC. Dates of what happened are written in EDTF
(ISO 8601-2): 1957~ is about 1957, 195X some year of the fifties, 1944/1946
from 1944 to 1946. File names are made of plain letters and digits; the last
part of a folder's name tells two things of the same title apart.

How to check that nothing is damaged
====================================

In this folder, where there is a Unix-like system:

    sha256sum --check SHA256SUMS

Each revision seals the ones before it. In revisions/N.json "content_hash" is
the SHA-256 of the JSON text behind "content" (keys sorted, no blanks, as it
stands there), and "digest" is the SHA-256 of these five lines, joined by line
feeds, without one at the end:

    the digest of revision N-1 (an empty line for the first)
    the number
    created_at
    author
    content_hash

A changed word in an old revision breaks every digest after it.

How to bring it back
====================

    heirloom import archive FILE.zip --server URL

This is version 1 of the format. A newer one says so in manifest.json.
)";
}

Result<std::string> StoryPage(const ArchivedStory& story, std::string_view legacy_title) {
  const StoryContent& content = story.content;
  const Result<std::string> body = HtmlFromDocument(content.document);
  if (!body) return ErrorOf(body);
  return PageBegin(content.title, content.language) +
         "<nav><a href=\"../../../../index.html\" dir=\"auto\">" + EscapeHtml(legacy_title) +
         "</a></nav>\n<article dir=\"auto\">\n" + Element("h1", "", content.title) +
         Element("p", " class=\"about\"", About(content)) + *body +
         "</article>\n</body>\n</html>\n";
}

Result<std::string> StoryMarkdown(const ArchivedStory& story) {
  const StoryContent& content = story.content;
  const Result<std::string> body = MarkdownFromDocument(content.document);
  if (!body) return ErrorOf(body);
  std::string out = "---\nid: " + Quoted(story.id) + "\ntitle: " + Quoted(content.title) +
                    "\nauthor: " + Quoted(content.author) + "\n";
  if (content.happened_at) out += "date: " + Quoted(content.happened_at->text) + "\n";
  out += "language: " + Quoted(content.language) + "\n";
  if (content.place) out += "place: " + Quoted(*content.place) + "\n";
  out += "status: " + Quoted(ToString(content.status)) + "\ntags: [";
  std::string tags;
  for (const std::string& tag : content.tags) tags += (tags.empty() ? "" : ", ") + Quoted(tag);
  return out + tags + "]\n---\n\n" + *body;
}

std::string IndexBegin() {
  return PageBegin("Heirloom archive", "en") + Element("h1", "", "Stories kept by Heirloom");
}

std::string IndexLegacy(const ArchivedLegacy& archived) {
  const Legacy& legacy = archived.legacy;
  std::string members;
  for (const WrittenMember& member : archived.members) {
    members += (members.empty() ? "" : ", ") + member.name + " (" +
               std::string(ToString(member.role)) + ")";
  }
  std::string out = "<section>\n" + Element("h2", LanguageAttrs(legacy.language), legacy.title);
  if (!legacy.dedication.empty()) {
    out += Element("p", LanguageAttrs(legacy.language), legacy.dedication);
  }
  if (!members.empty()) out += Element("p", " class=\"about\"", "Members: " + members);
  return out + "<ul class=\"stories\">\n";
}

std::string IndexStory(const ArchivedStory& story, std::string_view folder) {
  return "<li" + LanguageAttrs(story.content.language) + "><a href=\"" + EscapeHtml(folder) +
         "/story.html\">" + EscapeHtml(story.content.title) + "</a><br>\n<span class=\"about\">" +
         EscapeHtml(About(story.content)) + "</span></li>\n";
}

std::string IndexLegacyEnd() { return "</ul>\n</section>\n"; }

std::string IndexEnd() {
  return "<footer><p>README.txt says what the other files are, and how to check that none is "
         "damaged.</p></footer>\n</body>\n</html>\n";
}

}  // namespace heirloom::archive
