-- mend: compare what the places of the store say about a conversation and make them agree; whole ones are not touched.
-- KEYS  1 queue (zset)  2 assigned (zset)
-- ARGV  3 conversation
-- Returns  names of what was mended
local c, mended = ARGV[3], {}
local control = P .. 'c:' .. c
local h = redis.call('HMGET', control, 'h', 'case', 'g', 'k', 'K')
local holder, open, agent = h[1] or 'bot', h[2] or '', h[3] or ''
local function note(what) mended[#mended + 1] = what end

for _, id in ipairs(redis.call('LRANGE', P .. 'h:' .. c, 0, -1)) do
  local status = redis.call('HGET', P .. 'k:' .. id, 'status')
  if open == '' and (status == 'waiting' or status == 'assigned') then
    open = id
    note('case_adopted')
  elseif id ~= open and redis.call('ZREM', KEYS[1], id) + redis.call('ZREM', KEYS[2], id) > 0 then
    note('closed_case_listed')
  end
end

local case = redis.call('HMGET', P .. 'k:' .. open, 'status', 'agent', 'rank', 'v')
if case[4] or (case[1] and not string.find(' waiting assigned resolved ', ' ' .. case[1] .. ' ', 1, true)) then
  return mended -- of a later version: only that one, or `adopt`, knows what is right
end
local should, whose = 'bot', ''
if case[1] == 'waiting' then
  should = 'queue'
  if not redis.call('ZSCORE', KEYS[1], open) then note('case_not_queued') end
  redis.call('ZADD', KEYS[1], 'NX', case[3] or now, open)
  if redis.call('ZREM', KEYS[2], open) == 1 then note('waiting_case_assigned') end
elseif case[1] == 'assigned' then
  should, whose = 'agent', case[2]
  if redis.call('ZADD', KEYS[2], 'NX', now, open) == 1 then note('case_not_assigned') end
  if redis.call('ZREM', KEYS[1], open) == 1 then note('assigned_case_queued') end
else
  if open ~= '' then note('case_gone') end
  open = ''
end
if holder ~= should or agent ~= whose or open ~= (h[2] or '') then
  if holder ~= should or agent ~= whose then note('holder') end
  redis.call('HSET', control, 'h', should, 'g', whose, 'case', open, 'e', (tonumber(redis.call('HGET', control, 'e')) or 0) + 1)
end

if not redis.call('ZSCORE', P .. 'agenda:turns', c) and (redis.call('EXISTS', P .. 'm:' .. c) == 1 or (h[4] or '') ~= '') then
  redis.call('HDEL', control, 'k', 'o')
  redis.call('ZADD', P .. 'agenda:turns', now, c)
  wake('turns')
  note('turn_not_due')
end
if not redis.call('ZSCORE', P .. 'agenda:sends', c) and (redis.call('EXISTS', P .. 'o:' .. c) == 1 or (h[5] or '') ~= '') then
  redis.call('HDEL', control, 'K', 'O')
  redis.call('ZADD', P .. 'agenda:sends', now, c)
  wake('sends')
  note('words_not_due')
end
return mended
