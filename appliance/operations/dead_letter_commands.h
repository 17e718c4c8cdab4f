#pragma once

#include "appliance/delivery/dead_letter_service.h"
#include "appliance/operations/commands.h"

namespace heirloom {

//   "dlq list"     {after: [] or [id]}  → {items: [letter], next: [] or [id]}
//   "dlq show"     {id}                 → {letter, event}: the event in its envelope
//   "dlq redrive"  {id}                 → {}
// `letters` must outlive `commands`.
void AddDeadLetterCommands(Commands& commands, DeadLetterService& letters);

}  // namespace heirloom
