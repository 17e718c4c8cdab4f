#include "storage/s3/s3_xml.h"

#include <pugixml.hpp>
#include <sstream>

namespace heirloom::s3 {
namespace {

// No document type, no entities but XML's own: pugixml knows no others and reads no files.
constexpr unsigned kParsing = pugi::parse_default;

Result<pugi::xml_document> Parse(std::string_view xml) {
  pugi::xml_document document;
  const auto parsed = document.load_buffer(xml.data(), xml.size(), kParsing, pugi::encoding_utf8);
  if (!parsed || !document.document_element()) {
    return Fail(ErrorCode::kInternal, "the store's answer is no XML");
  }
  return document;
}

std::string Text(const pugi::xml_node& node, const char* name) {
  return node.child(name).text().get();
}

bool Yes(const pugi::xml_node& node, const char* name) { return node.child(name).text().as_bool(); }

std::string Written(const pugi::xml_document& document) {
  std::ostringstream out;
  document.save(out, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
  return out.str();
}

void Add(pugi::xml_node& node, const char* name, const std::string& text) {
  node.append_child(name).text().set(text.c_str());
}

}  // namespace

std::string Unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

ErrorDocument ReadError(std::string_view xml) {
  const Result<pugi::xml_document> document = Parse(xml);
  if (!document) return {};
  const pugi::xml_node error = document->child("Error");
  return {Text(error, "Code"), Text(error, "Message")};
}

Result<BlobTags> ReadTags(std::string_view xml) {
  const Result<pugi::xml_document> document = Parse(xml);
  if (!document) return ErrorOf(document);
  BlobTags tags;
  for (const pugi::xml_node& tag : document->document_element().child("TagSet").children("Tag")) {
    tags[Text(tag, "Key")] = Text(tag, "Value");
  }
  return tags;
}

std::string WriteTags(const BlobTags& tags) {
  pugi::xml_document document;
  pugi::xml_node set = document.append_child("Tagging").append_child("TagSet");
  for (const auto& [name, value] : tags) {
    pugi::xml_node tag = set.append_child("Tag");
    Add(tag, "Key", name);
    Add(tag, "Value", value);
  }
  return Written(document);
}

Result<ObjectPage> ReadObjects(std::string_view xml) {
  const Result<pugi::xml_document> document = Parse(xml);
  if (!document) return ErrorOf(document);
  const pugi::xml_node list = document->document_element();
  ObjectPage page;
  page.more = Yes(list, "IsTruncated");
  for (const pugi::xml_node& object : list.children("Contents")) {
    page.objects.push_back({Text(object, "Key"), object.child("Size").text().as_llong(),
                            Text(object, "LastModified")});
  }
  return page;
}

Result<std::string> ReadUploadId(std::string_view xml) {
  const Result<pugi::xml_document> document = Parse(xml);
  if (!document) return ErrorOf(document);
  std::string id = Text(document->document_element(), "UploadId");
  if (id.empty()) return Fail(ErrorCode::kInternal, "the store began an upload without an id");
  return id;
}

Result<BlobPartPage> ReadParts(std::string_view xml) {
  const Result<pugi::xml_document> document = Parse(xml);
  if (!document) return ErrorOf(document);
  const pugi::xml_node list = document->document_element();
  BlobPartPage page;
  for (const pugi::xml_node& part : list.children("Part")) {
    page.parts.push_back({part.child("PartNumber").text().as_int(),
                          part.child("Size").text().as_llong(), Unquoted(Text(part, "ETag"))});
  }
  if (Yes(list, "IsTruncated") && !page.parts.empty()) page.next_after = page.parts.back().number;
  return page;
}

std::string WriteParts(const std::vector<BlobPart>& parts) {
  pugi::xml_document document;
  pugi::xml_node list = document.append_child("CompleteMultipartUpload");
  list.append_attribute("xmlns") = "http://s3.amazonaws.com/doc/2006-03-01/";
  for (const BlobPart& part : parts) {
    pugi::xml_node node = list.append_child("Part");
    Add(node, "PartNumber", std::to_string(part.number));
    Add(node, "ETag", "\"" + part.etag + "\"");
  }
  return Written(document);
}

Result<UploadPage> ReadUploads(std::string_view xml) {
  const Result<pugi::xml_document> document = Parse(xml);
  if (!document) return ErrorOf(document);
  const pugi::xml_node list = document->document_element();
  UploadPage page;
  for (const pugi::xml_node& upload : list.children("Upload")) {
    page.uploads.push_back(
        {Text(upload, "Key"), Text(upload, "UploadId"), Text(upload, "Initiated")});
  }
  if (Yes(list, "IsTruncated")) {
    page.next_key = Text(list, "NextKeyMarker");
    page.next_id = Text(list, "NextUploadIdMarker");
  }
  return page;
}

Result<std::string> ReadEtag(std::string_view xml) {
  const Result<pugi::xml_document> document = Parse(xml);
  if (!document) return ErrorOf(document);
  const pugi::xml_node root = document->document_element();
  const std::string etag = Unquoted(Text(root, "ETag"));
  if (std::string_view(root.name()) == "Error" || etag.empty()) {
    return Fail(ErrorCode::kUnavailable, "the store began to answer and then failed");
  }
  return etag;
}

}  // namespace heirloom::s3
