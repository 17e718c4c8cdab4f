-- wrk's side of the benchmark: one request after the other out of a file, round and round.
--
--   wrk … -s stories.lua URL -- REQUESTS.json
--
-- Each line of REQUESTS.json is one request, already in the bytes that go over the wire but for
-- wrk's own Host: method, tab, path, tab, body (one line of JSON, or empty). The token is in
-- BENCH_TOKEN. All are formatted before the first is sent, so that wrk's own work stays small.

local requests = {}
local next_one = 0

function init(arguments)
  wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN")
  for line in io.lines(arguments[1]) do
    local method, path, body = line:match("^(%u+)\t([^\t]+)\t(.*)$")
    if body == "" then
      body = nil
    end
    wrk.headers["Content-Type"] = body and "application/json" or nil
    requests[#requests + 1] = wrk.format(method, path, nil, body)
  end
end

function request()
  next_one = next_one % #requests + 1
  return requests[next_one]
end

-- One line that the caller reads; times in microseconds.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"micros":%d,"p50":%d,"p99":%d,"bytes":%d,"errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
