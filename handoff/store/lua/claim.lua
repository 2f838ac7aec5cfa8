-- uses: case
-- claim: give a waiting case to one agent, exactly once; the bot's unbegun answers are withdrawn.
-- KEYS  1 queue (zset)  2 assigned (zset)  3 agenda:sends (zset)  4 operation (string)
-- ARGV  3 case id ('' = the best of the queue)  4 agent  5 row
-- Returns  {'claimed', case, holder, epoch, number in flight or 0, withdrawn bodies (JSON or '')}, {'taken', holder}, {'closed'},
--          {'unknown'}, {'empty'}
local id, agent = ARGV[3], ARGV[4]
local done = redis.call('GET', KEYS[4])
if done then id = done elseif id == '' then id = redis.call('ZPOPMIN', KEYS[1])[1] end
if not id then return {'empty'} end
local case = case_of(id, 'withdrawn', 'epoch')
if not case then return {'unknown'} end

local c = case.conversation
local lane = lane_of(c, 'K', 'y', 'e', 't')
local flying = 0 -- a word that was begun and may still arrive
if lane.K ~= '' and tonumber(redis.call('ZSCORE', KEYS[3], c) or 0) > now then
  flying = tonumber(string.match(lane.y, '^(%d+):')) or 0
end

if done then return {'claimed', id, case.agent or '', case.epoch, flying, case.withdrawn or ''} end
if case.status == 'resolved' then return {'closed'} end
if case.status == 'assigned' then return {'taken', case.agent} end

local withdrawn, tried = {}, string.match(lane.y, '^(%d+):[1-9]')
for _, row in ipairs(redis.call('LRANGE', P .. 'o:' .. c, 0, -1)) do
  local number, kind, body = string.match(row, '^(%d+)|(%a)|%d+|%d+|(.*)$')
  if kind == 'a' and tonumber(number) ~= flying and number ~= tried then
    redis.call('HSET', P .. 'd:' .. c, number, 'withdrawn')
    redis.call('LREM', P .. 'o:' .. c, 1, row)
    withdrawn[#withdrawn + 1] = body
  end
end
local list = #withdrawn > 0 and '[' .. table.concat(withdrawn, ',') .. ']' or ''
write(lane, {'0', ARGV[5]})
change(lane, 'e', lane.e + 1, 'h', 'agent', 'g', agent)
save(lane)
set(case, 'status', 'assigned', 'agent', agent, 'claimed', at, 'epoch', lane.e)
if list ~= (case.withdrawn or '') then set(case, 'withdrawn', list) end
if ARGV[3] ~= '' then redis.call('ZREM', KEYS[1], id) end
redis.call('ZADD', KEYS[2], at, id)
redis.call('SET', KEYS[4], id, 'EX', '86400')
event('case.claimed', c, id)
return {'claimed', id, agent, lane.e, flying, list}
