#include "appliance/promotion/tables.h"

#include <array>

namespace heirloom::promotion {
namespace {

constexpr Column Text(std::string_view name) { return {name, Column::Kind::kText}; }
constexpr Column Number(std::string_view name) { return {name, Column::Kind::kInteger}; }

constexpr std::array kUsers{Text("tenant_id"),    Text("id"),           Text("email"),
                            Text("email_key"),    Text("name"),         Text("role"),
                            Number("created_at"), Number("disabled_at")};
constexpr std::array kCredentials{Text("tenant_id"), Text("user_id"), Text("password_hash"),
                                  Number("changed_at")};
constexpr std::array kSessions{Text("hash"),           Text("tenant_id"),    Text("id"),
                               Text("user_id"),        Text("csrf_token"),   Number("created_at"),
                               Number("last_used_at"), Number("expires_at"), Text("user_agent")};
constexpr std::array kApiTokens{Text("hash"),         Text("tenant_id"),     Text("id"),
                                Text("user_id"),      Text("name"),          Text("scopes"),
                                Number("created_at"), Number("last_used_at")};
constexpr std::array kLegacies{Text("tenant_id"),    Text("id"),           Text("title"),
                               Text("title_key"),    Text("dedication"),   Text("language"),
                               Text("visibility"),   Number("version"),    Number("created_at"),
                               Number("updated_at"), Number("deleted_at"), Text("origin_id"),
                               Text("imported_by"),  Text("deleted_by"),   Number("purged_at")};
constexpr std::array kMembers{Text("tenant_id"), Text("legacy_id"), Text("user_id"), Number("rank"),
                              Number("joined_at")};
constexpr std::array kWrittenMembers{Text("tenant_id"), Text("legacy_id"), Text("name"),
                                     Number("rank")};
constexpr std::array kStories{Text("tenant_id"),
                              Text("id"),
                              Text("legacy_id"),
                              Text("created_by"),
                              Text("title"),
                              Text("document"),
                              Text("text"),
                              Text("excerpt"),
                              Text("status"),
                              Text("tags"),
                              Text("language"),
                              Text("happened_at"),
                              Number("happened_order"),
                              Text("place"),
                              Text("author"),
                              Number("revision"),
                              Number("version"),
                              Number("created_at"),
                              Number("updated_at"),
                              Number("deleted_at"),
                              Text("origin_id"),
                              Text("deleted_by"),
                              Number("purged_at")};
constexpr std::array kStoryTags{Text("tenant_id"), Text("story_id"), Text("tag_key")};
constexpr std::array kRevisions{Text("tenant_id"),    Text("story_id"), Number("number"),
                                Text("author"),       Text("saved_by"), Text("note"),
                                Text("title"),        Text("status"),   Text("content"),
                                Text("content_hash"), Text("digest"),   Number("created_at")};
constexpr std::array kStorySources{Text("tenant_id"),      Text("legacy_id"), Text("source"),
                                   Text("source_id"),      Text("story_id"),  Text("import_hash"),
                                   Number("story_version")};
constexpr std::array kWorkingCopies{Text("tenant_id"),      Text("story_id"), Text("user_id"),
                                    Number("base_version"), Text("content"),  Number("version"),
                                    Number("saved_at"),     Number("parked")};
constexpr std::array kAudit{
    Text("tenant_id"), Number("number"), Number("at"),      Text("actor_id"), Text("actor_name"),
    Text("action"),    Text("subject"),  Text("legacy_id"), Text("detail"),   Text("hash")};
constexpr std::array kIdempotentRequests{Text("tenant_id"),   Text("user_id"), Text("route"),
                                         Text("key"),         Text("digest"),  Text("resource"),
                                         Number("created_at")};

constexpr std::array kCopied{
    Table{"users", 2, kUsers},
    Table{"credentials", 2, kCredentials},
    Table{"sessions", 1, kSessions},
    Table{"api_tokens", 1, kApiTokens},
    Table{"legacies", 2, kLegacies},
    Table{"members", 3, kMembers},
    Table{"written_members", 4, kWrittenMembers},
    Table{"stories", 2, kStories},
    Table{"story_tags", 3, kStoryTags},
    Table{"revisions", 3, kRevisions},
    Table{"story_sources", 4, kStorySources},
    Table{"working_copies", 3, kWorkingCopies},
    Table{"audit", 2, kAudit},
    Table{"idempotent_requests", 4, kIdempotentRequests},
};

constexpr std::array kLeftBehind{
    TableLeftBehind{"meta", "each database says for itself what it is"},
    TableLeftBehind{"schema_migrations", "each database has its own history"},
    TableLeftBehind{"outbox",
                    "the new database begins a new epoch, in which everything is built again"},
    TableLeftBehind{"event_consumers", "places in the old outbox"},
    TableLeftBehind{"event_failures", "events of the old epoch"},
    TableLeftBehind{"setup_links", "one for the new place is made when it starts"},
    TableLeftBehind{"throttles", "they are full again in minutes"},
};

}  // namespace

std::span<const Table> TablesCopied() { return kCopied; }
std::span<const TableLeftBehind> TablesLeftBehind() { return kLeftBehind; }

}  // namespace heirloom::promotion
