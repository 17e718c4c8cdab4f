#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/http/answer_writer.h"
#include "appliance/http/request_head.h"
#include "appliance/http/router.h"
#include "appliance/http/server.h"

namespace heirloom::http {

// An answer ready for its connection.
struct Answer {
  Outgoing out;
  bool close = false;
  std::shared_ptr<EventStream> stream;
  int status = 0;
};

// What every request goes through: request id → handler → default headers → bytes → report.
// Set up before it is used, then thread-safe.
class Chain {
 public:
  Chain(const Router& router, const Clock& clock, IdSource& ids)
      : router_(router), clock_(clock), ids_(ids) {}

  void OnExchange(std::function<void(const Exchange&)> observer) {
    observer_ = std::move(observer);
  }
  void AddDefaultHeader(std::string name, std::string value) {
    defaults_.push_back({std::move(name), std::move(value)});
  }
  void AddSecureHeader(std::string name, std::string value) {
    secure_defaults_.push_back({std::move(name), std::move(value)});
  }

  // Gives the request its id, route and parameters.
  Router::Match Admit(Request& request) const;

  // Runs the handler. Never throws: what a handler throws becomes a 500 that does not tell of it.
  Response Run(Request& request, const Router::Match& match) const;

  // Completes a response and puts it into bytes.
  Answer Finish(const Request& request, Response response, bool close) const;

  // For a message that gets no handler; the connection closes behind it.
  Answer Refuse(Request& request, const Refusal& refusal) const;

  void Report(const Request& request, const Answer& answer,
              std::chrono::steady_clock::time_point since) const;

 private:
  const Router& router_;
  const Clock& clock_;
  IdSource& ids_;
  AnswerWriter writer_;
  std::vector<Header> defaults_;
  std::vector<Header> secure_defaults_;
  std::function<void(const Exchange&)> observer_;
};

}  // namespace heirloom::http
