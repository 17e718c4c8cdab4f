#include "index/minilm/word_pieces.h"

#include <algorithm>

#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "index/minilm/bert_text.h"
#include "index/minilm/mapped_file.h"

namespace heirloom::minilm {
namespace {

constexpr std::size_t kMaxFile = 8u << 20;  // That of MiniLM has 466 KB.
constexpr std::size_t kMaxWord = 100;       // Characters; a longer one is unknown.
constexpr std::int64_t kMaxPieces = 1 << 20;
constexpr std::string_view kInside = "##";  // Before pieces that begin no word.

constexpr char kUnknown[] = "[UNK]";
constexpr char kBegin[] = "[CLS]";
constexpr char kEnd[] = "[SEP]";

tl::unexpected<Error> Refused(const std::string& why) {
  return Fail(ErrorCode::kInternal, "is no vocabulary of word pieces: " + why);
}

bool IsInsideCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

Result<WordPieces> WordPieces::Open(const std::filesystem::path& path) {
  const auto file = MappedFile::Open(path);
  if (!file) return ErrorOf(file);
  const auto bytes = file->Bytes();
  auto pieces = Parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!pieces) return Fail(ErrorCode::kInternal, path.string() + ": " + pieces.error().message);
  return pieces;
}

Result<WordPieces> WordPieces::Parse(std::string_view json) {
  const auto parsed = Json::Parse(json, {.max_bytes = kMaxFile, .max_depth = 32});
  if (!parsed) return Refused(parsed.error().message);
  if (!parsed->IsObject() || !parsed->Get("model").IsObject()) return Refused("it has no model");
  const Json vocab = parsed->Get("model").Get("vocab");
  if (!vocab.IsObject()) return Refused("it has no model.vocab");
  Vocabulary vocabulary;
  std::int64_t size = 0;
  for (std::string& piece : vocab.Keys()) {
    const Json number = vocab.Get(piece);
    if (number.kind() != Json::Kind::kInteger || number.AsInteger() < 0 ||
        number.AsInteger() >= kMaxPieces) {
      return Refused("a piece has no number");
    }
    size = std::max(size, number.AsInteger() + 1);
    vocabulary.emplace(std::move(piece), static_cast<std::int32_t>(number.AsInteger()));
  }
  for (const char* needed : {kUnknown, kBegin, kEnd}) {
    if (!vocabulary.contains(needed)) return Refused(std::string("it has no ") + needed);
  }
  return WordPieces(std::move(vocabulary), static_cast<std::int32_t>(size));
}

WordPieces::WordPieces(Vocabulary vocabulary, std::int32_t size)
    : vocabulary_(std::move(vocabulary)),
      size_(size),
      unknown_(vocabulary_.at(kUnknown)),
      begin_(vocabulary_.at(kBegin)),
      end_(vocabulary_.at(kEnd)) {}

std::vector<std::int32_t> WordPieces::Cut(std::string_view utf8, std::size_t limit) const {
  const std::size_t inner = std::max<std::size_t>(limit, 2) - 2;
  std::vector<std::int32_t> pieces{begin_};
  for (const std::string& word : BertWords(utf8)) {
    if (pieces.size() > inner) break;
    CutWord(word, pieces);
  }
  pieces.resize(std::min(pieces.size(), inner + 1));
  pieces.push_back(end_);
  return pieces;
}

void WordPieces::CutWord(const std::string& word, std::vector<std::int32_t>& pieces) const {
  const std::size_t before = pieces.size();
  const std::string_view text = word;
  bool known = CountCharacters(text) <= kMaxWord;
  std::string inside;
  for (std::size_t begin = 0; known && begin < text.size();) {
    known = false;
    for (std::size_t end = text.size(); end > begin; --end) {
      if (end < text.size() && IsInsideCharacter(text[end])) continue;
      std::string_view piece = text.substr(begin, end - begin);
      if (begin > 0) {
        inside.assign(kInside).append(piece);
        piece = inside;
      }
      const auto found = vocabulary_.find(piece);
      if (found == vocabulary_.end()) continue;
      pieces.push_back(found->second);
      begin = end;
      known = true;
      break;
    }
  }
  if (known) return;
  pieces.resize(before);
  pieces.push_back(unknown_);
}

}  // namespace heirloom::minilm
