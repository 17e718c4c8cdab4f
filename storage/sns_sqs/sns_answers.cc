#include "storage/sns_sqs/sns_answers.h"

#include <pugixml.hpp>

namespace heirloom::sns_sqs {
namespace {

// No entities of a document's own: pugixml reads none.
bool Load(pugi::xml_document& document, std::string_view xml) {
  return static_cast<bool>(document.load_buffer(xml.data(), xml.size()));
}

// Names of roots differ between servers, so it is found by where it stands.
pugi::xml_node ResultOf(const pugi::xml_document& document) {
  for (const pugi::xml_node child : document.document_element().children()) {
    if (std::string_view(child.name()).ends_with("Result")) return child;
  }
  return {};
}

tl::unexpected<Error> NotUnderstood() {
  return Fail(ErrorCode::kUnavailable, "SNS answered something that cannot be understood");
}

}  // namespace

std::string ErrorCodeOf(std::string_view xml) {
  pugi::xml_document document;
  if (!Load(document, xml)) return "";
  const pugi::xml_node root = document.document_element();
  const pugi::xml_node error =
      std::string_view(root.name()) == "Error" ? root : root.child("Error");
  return error.child_value("Code");
}

Result<std::string> ResultText(std::string_view xml, std::string_view name) {
  pugi::xml_document document;
  if (!Load(document, xml)) return NotUnderstood();
  std::string text = ResultOf(document).child_value(std::string(name).c_str());
  if (text.empty()) return NotUnderstood();
  return text;
}

Result<BatchAnswer> ReadBatchAnswer(std::string_view xml) {
  pugi::xml_document document;
  if (!Load(document, xml)) return NotUnderstood();
  const pugi::xml_node result = ResultOf(document);
  if (!result) return NotUnderstood();
  BatchAnswer answer;
  for (const pugi::xml_node member : result.child("Successful").children("member")) {
    answer.taken.emplace_back(member.child_value("Id"));
  }
  for (const pugi::xml_node member : result.child("Failed").children("member")) {
    answer.failure = member.child_value("Code");
    if (answer.failure.empty()) answer.failure = "no reason";
    break;
  }
  return answer;
}

}  // namespace heirloom::sns_sqs
