// All Cypher there is. Constant text: what varies comes as a parameter, so that nothing a person
// wrote is ever read as Cypher. README.md beside this says how the graph lies in Neo4j.

#pragma once

#include <array>
#include <string_view>

namespace heirloom::neo4j::statements {

// --- Provision ---------------------------------------------------------------------------------

inline constexpr std::array<std::string_view, 5> kSchema = {
    "CREATE CONSTRAINT heirloom_graph_instance IF NOT EXISTS "
    "FOR (g:HeirloomGraph) REQUIRE g.instance IS UNIQUE",
    "CREATE CONSTRAINT heirloom_node_key IF NOT EXISTS "
    "FOR (n:HeirloomNode) REQUIRE n.key IS UNIQUE",
    "CREATE INDEX heirloom_node_generation IF NOT EXISTS "
    "FOR (n:HeirloomNode) ON (n.instance, n.generation)",
    "CREATE INDEX heirloom_node_dead IF NOT EXISTS FOR (n:HeirloomNode) ON (n.dead, n.at)",
    "CREATE INDEX heirloom_link_dead IF NOT EXISTS "
    "FOR ()-[r:HEIRLOOM_LINK]-() ON (r.dead, r.at)"};

inline constexpr std::string_view kBegin =
    "MERGE (g:HeirloomGraph {instance: $instance}) "
    "ON CREATE SET g.current = 1, g.last = 1, g.prefix = $prefix "
    "RETURN g.current";

// --- Writing -----------------------------------------------------------------------------------

// Setting a property locks the node, so that one batch is applied at a time and what it compares
// stays as it is.
#define HEIRLOOM_APPLY_CHANGES                                                                  \
  "CALL { WITH generation, prefix UNWIND $nodes AS row "                                        \
  "MERGE (n:HeirloomNode {key: prefix + row.key}) "                                             \
  "ON CREATE SET n.instance = $instance, n.generation = generation, n.tenant = row.tenant, "    \
  "n.legacy = row.legacy, n.id = row.id, n.put = -1, n.drop = -1, n.at = 0, n.live = false "    \
  "WITH prefix, n, row, row.drop > n.drop AS dropped, row.put > n.put AS newer "                \
  "WITH prefix, n, dropped, CASE WHEN dropped THEN row.drop ELSE n.drop END AS drop, "          \
  "CASE WHEN dropped THEN row.at ELSE n.at END AS at, "                                         \
  "CASE WHEN newer THEN row.put ELSE n.put END AS put, "                                        \
  "CASE WHEN newer THEN row.kind ELSE n.kind END AS kind, "                                     \
  "CASE WHEN newer THEN row.props ELSE n.props END AS props "                                   \
  "SET n.drop = drop, n.at = at, n.put = put, n.kind = kind, n.props = props, "                 \
  "n.live = put > drop, n.dead = CASE WHEN put > drop THEN null ELSE prefix END "               \
  "WITH prefix, n, drop, at, dropped WHERE dropped "                                            \
  "MATCH (n)-[r:HEIRLOOM_LINK]-() "                                                             \
  "WITH prefix, r, drop, at ORDER BY drop "                                                     \
  "WITH prefix, r, last(collect([drop, at])) AS d WHERE r.drop < d[0] "                         \
  "SET r.drop = d[0], r.at = d[1], r.live = r.put > d[0], "                                     \
  "r.dead = CASE WHEN r.put > d[0] THEN null ELSE prefix END } "                                \
  "CALL { WITH generation, prefix UNWIND $edges AS row "                                        \
  "MERGE (a:HeirloomNode {key: prefix + row.from_key}) "                                        \
  "ON CREATE SET a.instance = $instance, a.generation = generation, a.tenant = row.tenant, "    \
  "a.legacy = row.legacy, a.id = row.from, a.put = -1, a.drop = -1, a.at = 0, a.live = false "  \
  "MERGE (b:HeirloomNode {key: prefix + row.to_key}) "                                          \
  "ON CREATE SET b.instance = $instance, b.generation = generation, b.tenant = row.tenant, "    \
  "b.legacy = row.legacy, b.id = row.to, b.put = -1, b.drop = -1, b.at = 0, b.live = false "    \
  "MERGE (a)-[r:HEIRLOOM_LINK {kind: row.kind}]->(b) "                                          \
  "ON CREATE SET r.put = -1, r.drop = -1, r.at = 0, r.live = false "                            \
  "WITH prefix, a, b, r, row, row.put > r.put AS newer, "                                       \
  "CASE WHEN row.drop > r.drop THEN [row.drop, row.at] ELSE [r.drop, r.at] END AS d "           \
  "WITH prefix, b, r, row, newer, CASE WHEN a.drop > d[0] THEN [a.drop, a.at] ELSE d END AS d " \
  "WITH prefix, r, row, newer, CASE WHEN b.drop > d[0] THEN [b.drop, b.at] ELSE d END AS d "    \
  "WITH prefix, r, d, CASE WHEN newer THEN row.put ELSE r.put END AS put, "                     \
  "CASE WHEN newer THEN row.from_kind ELSE r.from_kind END AS from_kind, "                      \
  "CASE WHEN newer THEN row.to_kind ELSE r.to_kind END AS to_kind, "                            \
  "CASE WHEN newer THEN row.props ELSE r.props END AS props "                                   \
  "SET r.drop = d[0], r.at = d[1], r.put = put, r.from_kind = from_kind, r.to_kind = to_kind, " \
  "r.props = props, r.live = put > d[0], "                                                      \
  "r.dead = CASE WHEN put > d[0] THEN null ELSE prefix END } "

inline constexpr std::string_view kApply =
    "MATCH (g:HeirloomGraph {instance: $instance}) SET g.locked = $sequence "
    "WITH g, g.current AS generation, g.prefix AS prefix "
    "WHERE g.epoch IS NULL OR g.epoch = $epoch " HEIRLOOM_APPLY_CHANGES
    "SET g.epoch = $epoch, g.sequence = CASE WHEN g.sequence IS NULL OR g.sequence < $sequence "
    "THEN $sequence ELSE g.sequence END RETURN g.sequence";

inline constexpr std::string_view kFill =
    "WITH $generation AS generation, $prefix AS prefix " HEIRLOOM_APPLY_CHANGES "RETURN generation";

#undef HEIRLOOM_APPLY_CHANGES

inline constexpr std::string_view kStartGeneration =
    "MATCH (g:HeirloomGraph {instance: $instance}) SET g.last = g.last + 1 RETURN g.last";

inline constexpr std::string_view kAdopt =
    "MATCH (g:HeirloomGraph {instance: $instance}) SET g.locked = $sequence "
    "WITH g, g.current AS current WHERE current < $generation "
    "SET g.previous = current, g.swapped = timestamp(), g.current = $generation, "
    "g.prefix = $prefix, g.epoch = $epoch, g.sequence = $sequence RETURN g.current";

inline constexpr std::string_view kRemoveGeneration =
    "MATCH (n:HeirloomNode) WHERE n.instance = $instance AND n.generation = $generation "
    "WITH n LIMIT $most DETACH DELETE n RETURN count(*)";

// Who walks in the generation before the current one has a minute to end.
inline constexpr std::string_view kRemoveOld =
    "MATCH (g:HeirloomGraph {instance: $instance}) "
    "MATCH (n:HeirloomNode) WHERE n.instance = $instance AND n.generation < g.current "
    "AND (n.generation <> g.previous OR timestamp() - g.swapped > 60000) "
    "WITH n LIMIT $most DETACH DELETE n RETURN count(*)";

inline constexpr std::string_view kSweepEdges =
    "MATCH (g:HeirloomGraph {instance: $instance}) SET g.locked = $passed WITH g.prefix AS prefix "
    "MATCH (a:HeirloomNode)-[r:HEIRLOOM_LINK]->(b:HeirloomNode) "
    "WHERE r.dead = prefix AND r.at < $before AND r.drop <= $passed "
    "WITH a, r, b LIMIT $most DELETE r "
    "WITH count(*) AS swept, collect(a) + collect(b) AS ends "
    "CALL { WITH ends UNWIND ends AS n WITH DISTINCT n "
    "WHERE n.put = -1 AND n.drop = -1 AND NOT EXISTS { (n)--() } DELETE n } RETURN swept";

inline constexpr std::string_view kSweepNodes =
    "MATCH (g:HeirloomGraph {instance: $instance}) SET g.locked = $passed WITH g.prefix AS prefix "
    "MATCH (n:HeirloomNode) "
    "WHERE n.dead = prefix AND n.at < $before AND n.drop <= $passed WITH n LIMIT $most "
    "SET n.put = -1, n.drop = -1, n.at = 0, n.dead = null, n.kind = null, n.props = null "
    "WITH count(n) AS swept, collect(n) AS nodes "
    "CALL { WITH nodes UNWIND nodes AS n WITH n WHERE NOT EXISTS { (n)--() } DELETE n } "
    "RETURN swept";

// --- Reading -----------------------------------------------------------------------------------

inline constexpr std::string_view kReached =
    "MATCH (g:HeirloomGraph {instance: $instance}) RETURN g.epoch, g.sequence, g.prefix";

inline constexpr std::string_view kNode =
    "MATCH (g:HeirloomGraph {instance: $instance}) "
    "MATCH (n:HeirloomNode {key: g.prefix + $key}) WHERE n.live RETURN n.kind, n.props";

// Edges of `n` that are wanted, as `outgoing` (0, 1), r and m.
#define HEIRLOOM_EDGES_OF_N                                                                 \
  "CALL { WITH n MATCH (n)-[r:HEIRLOOM_LINK]->(m) "                                         \
  "WHERE $out AND r.live AND (size($types) = 0 OR r.kind IN $types) RETURN 0 AS way, r, m " \
  "UNION ALL WITH n MATCH (n)<-[r:HEIRLOOM_LINK]-(m) "                                      \
  "WHERE $in AND r.live AND (size($types) = 0 OR r.kind IN $types) RETURN 1 AS way, r, m } "

inline constexpr std::string_view kNeighbours =
    "MATCH (g:HeirloomGraph {instance: $instance}) "
    "MATCH (n:HeirloomNode {key: g.prefix + $key}) " HEIRLOOM_EDGES_OF_N
    "WITH way, r, m WHERE way > $way OR (way = $way AND (r.kind > $kind "
    "OR (r.kind = $kind AND m.id > $other))) "
    "RETURN way, r.kind, m.id, r.from_kind, r.to_kind, r.props "
    "ORDER BY way, r.kind, m.id LIMIT $most";

inline constexpr std::string_view kExpand =
    "UNWIND range(0, size($keys) - 1) AS i "
    "MATCH (n:HeirloomNode {key: $prefix + $keys[i]}) " HEIRLOOM_EDGES_OF_N
    "RETURN i, m.id, CASE way WHEN 0 THEN r.to_kind ELSE r.from_kind END "
    "ORDER BY i, way, r.kind, m.id LIMIT $most";

#undef HEIRLOOM_EDGES_OF_N

inline constexpr std::string_view kScanNodes =
    "MATCH (g:HeirloomGraph {instance: $instance}) "
    "MATCH (n:HeirloomNode) WHERE n.key STARTS WITH g.prefix AND n.key > g.prefix + $key "
    "AND n.live RETURN n.tenant, n.legacy, n.id, n.kind, n.props, "
    "substring(n.key, size(g.prefix)) ORDER BY n.key LIMIT $most";

inline constexpr std::string_view kScanEdges =
    "MATCH (g:HeirloomGraph {instance: $instance}) "
    "MATCH (a:HeirloomNode) WHERE a.key STARTS WITH g.prefix AND a.key >= g.prefix + $key "
    "MATCH (a)-[r:HEIRLOOM_LINK]->(b) WHERE r.live AND (a.key > g.prefix + $key "
    "OR r.kind > $kind OR (r.kind = $kind AND b.id > $other)) "
    "RETURN a.tenant, a.legacy, a.id, r.from_kind, r.kind, b.id, r.to_kind, r.props, "
    "substring(a.key, size(g.prefix)) ORDER BY a.key, r.kind, b.id LIMIT $most";

}  // namespace heirloom::neo4j::statements
