-- uses: clock
-- adopt: stay with this version: read what a later one wrote as it can be read here, and set aside what cannot.
-- KEYS  1 agenda:turns (zset)  2 agenda:sends (zset)  3 queue (zset)
-- ARGV  3 conversation  4 state as it was found  5 state as it is read here  6 kinds of mail known here, between spaces
--       | numbers of words that cannot be read here*
-- Returns  names of what was adopted; {'busy'} somebody is at it, who can read it
local c, adopted = ARGV[3], {}
local control, mail, words = P .. 'c:' .. c, P .. 'm:' .. c, P .. 'o:' .. c
keep_time()
local lane = redis.call('HMGET', control, 'k', 'K', 'case')
for i = 1, 2 do
  if (lane[i] or '') ~= '' and tonumber(redis.call('ZSCORE', KEYS[i], c) or 0) > now then return {'busy'} end
end
if ARGV[4] ~= ARGV[5] and redis.call('GET', P .. 's:' .. c) == ARGV[4] then
  redis.call('SET', P .. 's:' .. c, ARGV[5])
  adopted[#adopted + 1] = 'state'
end

for _, row in ipairs(redis.call('LRANGE', mail, 0, -1)) do
  local kind = string.match(row, '^%d+|([^|]*)|')
  if not string.find(ARGV[6], ' ' .. kind .. ' ', 1, true) then
    redis.call('XADD', P .. 'dead', 'MAXLEN', '~', 10000, '*', 'kind', 'mail', 'reason', 'newer', 'conversation', c, 'raw', row)
    redis.call('LREM', mail, 1, row)
    adopted[#adopted + 1] = 'mail'
  end
end

for i = 7, #ARGV do
  for _, row in ipairs(redis.call('LRANGE', words, 0, -1)) do
    if string.match(row, '^(%d+)|') == ARGV[i] then
      redis.call('LREM', words, 1, row)
      redis.call('HSET', P .. 'd:' .. c, ARGV[i], 'failed:newer')
      adopted[#adopted + 1] = 'words'
    end
  end
end

local k = P .. 'k:' .. (lane[3] or '')
local case = redis.call('HMGET', k, 'status', 'v', 'rank')
if case[2] or (case[1] and not string.find(' waiting assigned resolved ', ' ' .. case[1] .. ' ', 1, true)) then
  redis.call('HDEL', k, 'v')
  if case[1] ~= 'assigned' then
    redis.call('HSET', k, 'status', 'waiting', 'agent', '')
    redis.call('ZADD', KEYS[3], case[3] or now, lane[3])
  end
  adopted[#adopted + 1] = 'case'
end
for i = 1, #adopted > 0 and 2 or 0 do redis.call('ZADD', KEYS[i], 'XX', 'LT', at, c) end
return adopted
