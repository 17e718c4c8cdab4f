// What SNS answers, in XML. https://docs.aws.amazon.com/sns/latest/api/

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"

namespace heirloom::sns_sqs {

// ErrorResponse/Error/Code; empty when there is none.
std::string ErrorCodeOf(std::string_view xml);

// The text of <Action>Response/<Action>Result/<name>. kUnavailable when it is not there.
Result<std::string> ResultText(std::string_view xml, std::string_view name);

// PublishBatch: the ids that were taken, and the code of the first that was not.
struct BatchAnswer {
  std::vector<std::string> taken;
  std::string failure;  // Empty: none failed.
};
Result<BatchAnswer> ReadBatchAnswer(std::string_view xml);

}  // namespace heirloom::sns_sqs
