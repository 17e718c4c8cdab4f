#pragma once

namespace heirloom::xapian {

// How much what counts when hits are put in order. The values were tried on the CISI collection;
// `./dev bench search` says what they are worth on questions that they were not tried on.
struct Ranking {
  // BM25: how soon a word repeated stops to count more, and how much long stories are held back.
  double k1 = 1.2;
  double b = 0.75;
  double exact = 0.1;      // A word as it was typed, beside its stem.
  double title = 0.3;      // The word in the title, beside the word anywhere.
  double beginning = 0.3;  // A word of the title that begins so.
};

}  // namespace heirloom::xapian
