-- What wrk sends: the requests of a file (method, path, token, body; tab-separated), round and
-- round. A command gets an Idempotency-Key that no other one has.

local requests, sent = {}, 0

function init()
   for line in io.lines(os.getenv("BENCH_REQUESTS")) do
      local method, path, token, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
      requests[#requests + 1] = { method = method, path = path, token = token, body = body }
   end
end

function request()
   sent = sent + 1
   local one = requests[sent % #requests + 1]
   local headers = {}
   if one.token ~= "" then
      headers["Authorization"] = "Bearer " .. one.token
   end
   if one.method == "POST" then
      headers["Content-Type"] = "application/json"
      headers["Idempotency-Key"] = os.getenv("BENCH_RUN") .. "/" .. sent
      return wrk.format(one.method, one.path, headers, one.body)
   end
   return wrk.format(one.method, one.path, headers)
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50": %.3f}\n',
      summary.requests, summary.duration / 1e6, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout,
      latency:percentile(50) / 1e3))
end
