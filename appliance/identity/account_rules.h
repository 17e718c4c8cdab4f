#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"

namespace heirloom {

struct NewAccount {
  std::string name;
  std::string email;
  std::string password;
  bool is_admin = false;
};

// What an account, a password and a token must be like. Each names everything that is wrong.
Status CheckAccount(const NewAccount& account);
Status CheckPassword(std::string_view password, std::string_view pointer);
// `name` with its space collapsed already; scopes are those that the policy table asks for.
Status CheckToken(std::string_view name, const std::vector<std::string>& scopes);

}  // namespace heirloom
