// What a story looks like inside OpenSearch: the names of its fields and what they are for. One
// place, so that the side that writes and the side that asks cannot differ. A change here or in
// index/text makes indexes of old wrong: give kStoriesSchema a new number and they are built again.
//
//   kind           "story", "tombstone" or "position" (one, with the id "position")
//   key            (tenant, id), also the document's own id; what a scan is in order of
//   tenant readers legacy tags author languages status
//                  what narrows a search; long values stand there by their digest
//   first_day last_day   only where something is known of when it happened
//   title body     words as they are compared, the title's in the body too; prefixes of the words
//   title_stems stems stem_language   their stems, in the language of the story
//   words          what may be proposed to who may see the story: text::KnownWordEntry
//   updated_at version dropped_at
//   tenant_id id legacy_id   as they are given, for what is answered
//   position stem_languages  of the position: how far the index is, and which stemmers it knows
//
// Text fields hold words that were already made here, parted by blanks; OpenSearch only splits them
// again. What stays readable of a story on its disk (_source) are ids and numbers alone.

#pragma once

#include <string>
#include <string_view>

#include "index/embedder.h"
#include "index/search_index.h"

namespace heirloom::opensearch {

inline constexpr std::string_view kStoriesSchema = "stories-v1";
inline constexpr char kPositionId[] = "position";

inline constexpr std::size_t kMostAtOnce = 10'001;  // Hits of one answer.

// A value as a keyword of bounded length. One that does not fit, or is no text, stands there by its
// digest; the mark before it keeps the two kinds apart.
std::string Bounded(std::string_view value);
std::string KeyOf(std::string_view tenant_id, std::string_view id);

// Settings and mappings of an index of stories, as JSON: the body that creates it.
std::string StoriesDefinition();

// The same for passages. A story is one document, with its passages nested in it, so that they come
// and go together:
//   chunks.ordinal begin end   as Chunk has them
//   chunks.hash                of the content, bounded
//   chunks.vector              not in a graph: what is near is looked for exactly (chunk_query.h)
// What depends on the model is put into the mapping of each generation (ChunksMapping), together
// with the model itself, under "_meta".
inline constexpr std::string_view kChunksSchema = "chunks-v1";
std::string ChunksDefinition();
std::string ChunksMapping(const EmbeddingModel& model);

// And for what embedding cost: a vector by model and content, little-endian floats in base64url.
//   key   (model, hash), also the document's own id
inline constexpr std::string_view kVectorsSchema = "vectors-v1";
std::string VectorsDefinition();

}  // namespace heirloom::opensearch
