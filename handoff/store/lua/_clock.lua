-- The shop's pulse: the latest time a script saw, and how far the total send budget is spent. Whoever leases or parks asks
-- first: leases and parks are scores, so a clock that went back must not stretch them.
local pulse -- {at, total}, read once

local function keep_time()
  if pulse then return end
  pulse = redis.call('HMGET', P .. 'pulse', 'at', 'total')
  local last = tonumber(pulse[1]) or 0
  if now < last - 1000 then -- when the clock went back, leases and parks keep their remaining length
    for _, agenda in ipairs({P .. 'agenda:turns', P .. 'agenda:sends', P .. 'agenda:files'}) do
      local late = redis.call('ZRANGEBYSCORE', agenda, '(' .. now, '+inf', 'WITHSCORES')
      for i = 1, #late, 2 do redis.call('ZADD', agenda, late[i + 1] - (last - now), late[i]) end
    end
  end
  if now > last + 500 or now < last - 1000 then redis.call('HSET', P .. 'pulse', 'at', at) end
end
