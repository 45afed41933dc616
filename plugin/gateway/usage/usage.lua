-- Adds to a venue's use of a month, and replies with the whole of it, and with the mark that was reached by it for the first time.
-- KEYS: the use, and the last addition of a gateway, as number and mark: one that is sent again, since its reply was lost, is not added.
-- ARGV: rest, reporting, bulk, allowance (0: none), milliseconds to keep it, number of the addition.
local names = { 'rest', 'reporting', 'bulk' }
local number, known = string.match(redis.call('GET', KEYS[2]) or '', '^(%d+) (.*)$')
local again = number == ARGV[6]
local totals, sum, changed = {}, 0, false
for index, name in ipairs(names) do
  local added = tonumber(ARGV[index])
  if added > 0 and not again then
    totals[index] = redis.call('HINCRBY', KEYS[1], name, added)
    changed = true
  else
    totals[index] = tonumber(redis.call('HGET', KEYS[1], name) or '0')
  end
  sum = sum + totals[index]
end
local allowance, mark = tonumber(ARGV[4]), again and known or ''
if sum > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[5]) end
if allowance > 0 and sum >= allowance then
  if redis.call('HSETNX', KEYS[1], 'exceeded', '1') == 1 then mark = 'exceeded' end
elseif allowance > 0 and sum >= allowance * 0.8 then
  if redis.call('HSETNX', KEYS[1], 'warning', '1') == 1 then mark = 'warning' end
end
if changed then redis.call('SET', KEYS[2], ARGV[6] .. ' ' .. mark, 'PX', 3600000) end
return { totals[1], totals[2], totals[3], mark }
