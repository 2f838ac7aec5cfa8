-- fold: shorten an idle, archived conversation: its last lines and their ledger stay, its closed cases go.
-- KEYS  1 transcript (list)  2 ledger (hash)  3 its cases (list)
-- ARGV  3 conversation  4 idle ms  5 lines kept
-- Returns  {1} folded, {0} not idle, something is open, or the archive does not have all of it
local c, kept = ARGV[3], tonumber(ARGV[5])
local lane = lane_of(c, 'case', 'k', 'K', 't', 'z')
local last = string.match(redis.call('LINDEX', KEYS[1], -1) or '', '^%d+|(%d+)|')
if not last or tonumber(last) + ARGV[4] > now or lane.case ~= '' or lane.k ~= '' or lane.K ~= '' then return {0} end
if (tonumber(lane.z) or 0) < (tonumber(lane.t) or 0) then return {0} end
if redis.call('EXISTS', P .. 'm:' .. c, P .. 'o:' .. c) > 0 then return {0} end
local cases = redis.call('LRANGE', KEYS[3], 0, -1)
if redis.call('LLEN', KEYS[1]) <= kept and #cases == 0 then return {0} end
redis.call('LTRIM', KEYS[1], -kept, -1)
local stays = {}
for _, row in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do stays[string.match(row, '^%d+|%d+|(%d+)|')] = true end
for _, number in ipairs(redis.call('HKEYS', KEYS[2])) do
  if not stays[number] then redis.call('HDEL', KEYS[2], number) end
end
for _, id in ipairs(cases) do redis.call('DEL', P .. 'k:' .. id, P .. 'w:' .. id) end
redis.call('DEL', KEYS[3])
return {1}
