-- In front of every script. ARGV[1] key prefix, ARGV[2] now in ms (0 = the server's clock; only tests pass a time).
local P, now = ARGV[1], tonumber(ARGV[2])
if now == 0 then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end

local last = tonumber(redis.call('GET', P .. 'clock') or 0)
if now < last - 1000 then -- when the clock went back, leases and parks keep their remaining length
  for _, agenda in ipairs({P .. 'agenda:turns', P .. 'agenda:sends'}) do
    local late = redis.call('ZRANGEBYSCORE', agenda, '(' .. now, '+inf', 'WITHSCORES')
    for i = 1, #late, 2 do redis.call('ZADD', agenda, late[i + 1] - (last - now), late[i]) end
  end
end
if now > last + 500 or now < last - 1000 then redis.call('SET', P .. 'clock', now) end

local function wake(what) -- knock for other processes; four knocks are enough for anybody
  if redis.call('LLEN', P .. 'wake:' .. what) < 4 then redis.call('RPUSH', P .. 'wake:' .. what, 1) end
end

local function event(kind, c, case) -- desks hear ids, never text
  redis.call('XADD', P .. 'events', 'MINID', '~', math.max(0, now - 86400000), '*', 'kind', kind, 'conversation', c, 'case', case)
end

local function free(c) -- is nobody thinking about this lane
  local token = redis.call('HGET', P .. 'c:' .. c, 'k')
  return not token or token == ''
end

local function put(c, due) -- someone should think, no later than due; a leased lane is looked at again by its commit
  if free(c) then
    redis.call('ZADD', P .. 'agenda:turns', 'LT', due, c)
    if due <= now then wake('turns') end
  end
end

local function write(c, lines) -- more lines {word, row, word, row ..} in the transcript; returns the last one's seq
  local count, rows = #lines / 2, {}
  if count == 0 then return 0 end
  local last = redis.call('HINCRBY', P .. 'c:' .. c, 't', count)
  for i = 1, count do rows[i] = last - count + i .. '|' .. now .. '|' .. lines[2 * i - 1] .. '|' .. lines[2 * i] end
  local length = redis.call('RPUSH', P .. 't:' .. c, unpack(rows))
  if length > 550 then redis.call('LTRIM', P .. 't:' .. c, -500, -1) end
  return last
end
