-- For wrk: the same call for one venue after the other, and the figures as one line of JSON.
-- Arguments: number of venues, the one to begin after, method, path, file with the body or "-", then name and value of each header.
local requests, at = {}, 0

function init (args)
  local venues, method, path, file = tonumber(args[1]), args[3], args[4], args[5]
  local headers, body = {}, nil
  at = tonumber(args[2])
  for index = 6, #args, 2 do headers[args[index]] = args[index + 1] end
  if file ~= '-' then
    local handle = assert(io.open(file, 'rb'))
    body = handle:read('*a')
    handle:close()
  end
  for index = 1, venues do
    headers['Connection-Id'] = 'venue-' .. index
    requests[index] = wrk.format(method, path, headers, body)
  end
end

function request ()
  at = at % #requests + 1
  return requests[at]
end

function done (summary, latency)
  local failed = summary.errors
  io.write(string.format('{"requests":%d,"seconds":%f,"failed":%d,"p50":%f,"p99":%f}\n',
    summary.requests, summary.duration / 1e6, failed.connect + failed.read + failed.write + failed.status + failed.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
