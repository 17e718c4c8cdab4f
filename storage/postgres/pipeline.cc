// The part of Connection that sends several statements on one way there and back
// (https://www.postgresql.org/docs/15/libpq-pipeline-mode.html).

#include <libpq-fe.h>

#include <charconv>
#include <utility>

#include "storage/postgres/binding.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/sql_text.h"

namespace heirloom::postgres {
namespace {

std::int64_t Changed(PGresult* result) {
  const std::string_view text = PQcmdTuples(result);
  std::int64_t changed = 0;
  std::from_chars(text.data(), text.data() + text.size(), changed);
  return changed;
}

}  // namespace

// A step without a name has no parameters and is not prepared.
Status Connection::SendSteps(std::span<const Step> steps, std::span<const std::string> names) {
  pg_conn* const connection = connection_.get();
  const std::string_view doing = steps.back().sql;
  if (Status s = Send(PQenterPipelineMode(connection) != 0, doing); !s) return s;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Binding bound(steps[i].params);
    const bool sent =
        names[i].empty()
            ? PQsendQueryParams(connection, std::string(steps[i].sql).c_str(), 0, nullptr, nullptr,
                                nullptr, nullptr, 0) != 0
            : PQsendQueryPrepared(connection, names[i].c_str(), bound.count(), bound.values(),
                                  bound.lengths(), bound.formats(), 0) != 0;
    if (Status s = Send(sent, steps[i].sql); !s) return s;
  }
  return Send(PQpipelineSync(connection) != 0, doing);
}

Status Connection::TakeStep(const Step& step, std::int64_t* changed) {
  Status done;
  for (;;) {
    Result<ResultPtr> next = Next(step.sql);
    if (!next) return ErrorOf(next);
    PGresult* const result = next->get();
    if (result == nullptr) return done;
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_PIPELINE_ABORTED) continue;  // One before it failed, and has said so.
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      done = Failed(result, step.sql);
      continue;
    }
    if (changed) *changed = Changed(result);
    if (!step.on_row) continue;
    for (int row = 0; row < PQntuples(result); ++row) {
      if (!(*step.on_row)(ResultRow(result, row, step.sql))) break;
    }
  }
}

// The first failure counts: what came after it was not run.
Status Connection::TakeSteps(std::span<const Step> steps, std::int64_t* changed) {
  Status done;
  for (const Step& step : steps) {
    Status taken = TakeStep(step, changed);
    if (!taken && done) done = std::move(taken);
    if (IsLost()) return done;
  }
  if (Status ended = Settle(steps.back().sql); !ended && done) done = std::move(ended);
  if (PQexitPipelineMode(connection_.get()) == 0 && done) {
    done = Lose("it is still busy", steps.back().sql);
  }
  return done;
}

Result<std::int64_t> Connection::Execute(std::string_view sql, Params params) {
  if (IsLost()) return ErrorOf(Lose("before", sql));
  if (Status time = CheckTime(); !time) return ErrorOf(time);
  if (!IsOfKind(sql, StatementKind::kChange)) {
    return Fail(ErrorCode::kInternal, "Execute is for INSERT, UPDATE, DELETE: " + std::string(sql));
  }
  if (Status valid = CheckValues(params); !valid) return ErrorOf(valid);
  BringStreamHome();
  Result<std::string> name = Prepare(sql, params);
  if (!name) return ErrorOf(name);
  std::vector<Step> steps;
  // One savepoint at a time: each that stays costs the server something.
  if (savepoint_) steps.push_back({"RELEASE SAVEPOINT one_change"});
  steps.push_back({"SAVEPOINT one_change"});
  steps.push_back({sql, {params.begin(), params.end()}});
  std::vector<std::string> names(steps.size());
  names.back() = std::move(*name);
  if (Status sent = SendSteps(steps, names); !sent) return ErrorOf(sent);
  std::int64_t changed = 0;
  const Status done = TakeSteps(steps, &changed);
  savepoint_ = true;
  if (done) return changed;
  const ErrorCode code = done.error().code;
  if (!IsLost() && (code == ErrorCode::kConflict || code == ErrorCode::kTooLarge)) {
    if (Status back = Run("ROLLBACK TO SAVEPOINT one_change"); !back) return ErrorOf(back);
    savepoint_ = true;
  }
  return ErrorOf(done);
}

Status Connection::RunTogether(std::span<const Step> steps) {
  if (IsLost()) return Lose("before", steps.back().sql);
  if (Status time = CheckTime(); !time) return time;
  BringStreamHome();
  std::vector<std::string> names;
  for (const Step& step : steps) {
    if (Status valid = CheckValues(step.params); !valid) return valid;
    Result<std::string> name = Prepare(step.sql, step.params);
    if (!name) return ErrorOf(name);
    names.push_back(std::move(*name));
  }
  if (Status sent = SendSteps(steps, names); !sent) return sent;
  return TakeSteps(steps, nullptr);
}

}  // namespace heirloom::postgres
