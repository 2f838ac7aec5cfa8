-- uses: agenda begin
-- commit: end a turn in one step: mail consumed, state, transcript, words, case, timers and chores, or nothing of it.
-- KEYS  1 agenda:turns (zset)  2 agenda:clock (zset)  3 queue (zset)  4 chores (list)  5 control (hash)
-- ARGV  3 conversation  4 token  5 epoch  6 head (JSON)  7 state  8 packet | rows* | (word, its row)*
--       head: mail, restart, rows, words, timers {name: due}, chores [..], case {..}, rank, why, dead, owner, lane token,
--       turn_lease, send_lease, limits
-- Returns  {'stored'[, number, kind, body, attempt, lane token]}, {'more', mail}, {'stale'}
local c, token, epoch, head = ARGV[3], ARGV[4], ARGV[5], cjson.decode(ARGV[6])
local mail = P .. 'm:' .. c
local h = redis.call('HMGET', KEYS[5], 'k', 'e', 'r', 'case', 'y', 'K') -- K: the lane's sender

local function begun(number, lane_token) -- the same reply for a commit that is repeated after a lost one
  if lane_token ~= h[6] or h[5] ~= number .. ':1' then return {'stored'} end
  local kind, body = string.match(redis.call('LINDEX', P .. 'o:' .. c, 0) or '', '^%d+|(%a)|%d+|%d+|(.*)$')
  return {'stored', number, kind, body, 1, lane_token}
end

if h[1] ~= token then
  local last, number, lane_token = string.match(h[3] or '', '^(.-)|(%d+)|(.*)$')
  if last == token then return begun(number, lane_token) end
  return {'stale'}
end
if (h[2] or '0') ~= epoch then
  redis.call('HDEL', KEYS[5], 'k', 'o')
  redis.call('ZADD', KEYS[1], now, c)
  wake('turns')
  return {'stale'}
end
if head.restart then
  local more = redis.call('LRANGE', mail, head.mail, -1)
  for _, row in ipairs(more) do
    local kind = string.match(row, '^%d+|(%a+)|')
    if kind == 'message' or kind == 'edit' or kind == 'button' then
      redis.call('ZADD', KEYS[1], now + head.turn_lease, c)
      return {'more', more}
    end
  end
end

if head.dead ~= '' then
  for _, row in ipairs(redis.call('LRANGE', mail, 0, head.mail - 1)) do
    redis.call('XADD', P .. 'dead', '*', 'kind', 'mail', 'reason', head.dead, 'conversation', c, 'raw', row)
  end
end
redis.call('LTRIM', mail, head.mail, -1)
redis.call('SET', P .. 's:' .. c, ARGV[7])

local case = h[4] or ''
if head.case and case == '' then
  case, epoch = head.case.id, epoch + 1
  local k, rank = P .. 'k:' .. case, string.format('%.0f', now - head.case.head_start)
  redis.call('HSET', KEYS[5], 'h', 'queue', 'e', epoch, 'case', case)
  redis.call('HSET', k, 'conversation', c, 'status', 'waiting', 'rank', rank, 'opened', now, 'version', 1, 'epoch', epoch, unpack(head.case.fields))
  redis.call('SET', P .. 'p:' .. case, ARGV[8])
  redis.call('ZADD', KEYS[3], rank, case)
  redis.call('ZADD', P .. 'opened', now, case)
  event('case.opened', c, case)
elseif case ~= '' then
  if ARGV[8] ~= '' then
    redis.call('SET', P .. 'p:' .. case, ARGV[8])
    redis.call('HINCRBY', P .. 'k:' .. case, 'version', 1)
  end
  if head.rank and redis.call('ZSCORE', KEYS[3], case) then
    redis.call('ZADD', KEYS[3], 'LT', head.rank, case)
    redis.call('HSET', P .. 'k:' .. case, 'rank', redis.call('ZSCORE', KEYS[3], case), 'why', head.why)
  end
  event('conversation.changed', c, case)
end

local lines = {}
for i = 9, 8 + head.rows do
  lines[#lines + 1] = 0
  lines[#lines + 1] = ARGV[i]
end
local _, had = queue_words(c, epoch, 9 + head.rows, lines)
write(c, lines)
for name, due in pairs(head.timers) do
  if due == 0 then redis.call('ZREM', KEYS[2], c .. '|' .. name) else redis.call('ZADD', KEYS[2], due, c .. '|' .. name) end
end
for _, chore in ipairs(head.chores) do redis.call('RPUSH', KEYS[4], chore) end
if #head.chores > 0 then wake('chores') end

if redis.call('LLEN', mail) > 0 then
  redis.call('ZADD', KEYS[1], now, c)
  wake('turns')
else
  redis.call('ZREM', KEYS[1], c)
end
local sending
if head.words > 0 and had == 0 and (h[6] or '') == '' and not parked(c) then
  if head.owner ~= '' then sending = begin(c, head.limits, head.lane, head.owner, head.send_lease) else queue_lane(c) end
end
redis.call('HSET', KEYS[5], 'k', '', 'o', '', 'n', 0, 'x', 0, 'r', token .. '|' .. (sending and sending[1] or 0) .. '|' .. head.lane)
if not sending then return {'stored'} end
return {'stored', sending[1], sending[2], sending[3], sending[4], head.lane}
