// What other servers answer: S3 in XML, embedding servers in JSON. What begins with '<' is the
// former.
#include <cmath>

#include "index/litellm/embedding_protocol.h"
#include "storage/s3/s3_xml.h"
#include "tests/fuzz/fuzzer.h"

using heirloom::fuzz::Expect;

namespace {

void ReadStorage(std::string_view xml) {
  namespace s3 = heirloom::s3;
  (void)s3::ReadError(xml);
  (void)s3::ReadObjects(xml);
  (void)s3::ReadUploadId(xml);
  (void)s3::ReadParts(xml);
  (void)s3::ReadUploads(xml);
  (void)s3::ReadEtag(xml);
  const auto tags = s3::ReadTags(xml);
  if (!tags) return;
  const auto again = s3::ReadTags(s3::WriteTags(*tags));
  Expect(again && *again == *tags, "tags that are written are read again");
}

void ReadEmbeddings(std::string_view json) {
  const heirloom::HttpResponse answer{200, {}, std::string(json)};
  (void)heirloom::litellm::WhyRefused(answer);
  for (const std::size_t count : {1u, 2u}) {
    const auto read = heirloom::litellm::ReadAnswer(answer, count);
    if (!read) continue;
    Expect(read->vectors.size() == count, "a vector for each text");
    for (const heirloom::Vector& vector : read->vectors) {
      Expect(vector.size() == read->vectors[0].size(), "vectors of one length");
      double squares = 0;
      for (const float each : vector) squares += static_cast<double>(each) * each;
      Expect(std::abs(squares - 1) < 1e-3, "a vector has length 1");
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = heirloom::fuzz::AsText(data, size);
  if (text.empty()) return 0;
  if (text.front() == '<') {
    ReadStorage(text);
  } else {
    ReadEmbeddings(text);
  }
  return 0;
}
