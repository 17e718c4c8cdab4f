#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heirloom {

// A place in the outbox. `epoch` is the random name of this database's history, renewed by restore
// and promote; `sequence` counts its events. Positions of different epochs do not compare: a
// projection of another epoch, or ahead of the outbox, is rebuilt before it serves.
struct Position {
  std::string epoch;
  std::int64_t sequence = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

// What a write made, and where in the outbox it stands.
template <typename T>
struct Written {
  T value;
  Position position;
};

// "epoch.sequence", as it stands in the Heirloom-Sequence header. Parse gives nullopt for anything
// else.
std::string ToString(const Position& position);
std::optional<Position> ParsePosition(std::string_view text);

}  // namespace heirloom
