-- The clock of the agenda: leases and parks are scores, so a clock that went back must not stretch them.
local last = tonumber(redis.call('GET', P .. 'clock') or 0)
if now < last - 1000 then -- when the clock went back, leases and parks keep their remaining length
  for _, agenda in ipairs({P .. 'agenda:turns', P .. 'agenda:sends', P .. 'agenda:files'}) do
    local late = redis.call('ZRANGEBYSCORE', agenda, '(' .. now, '+inf', 'WITHSCORES')
    for i = 1, #late, 2 do redis.call('ZADD', agenda, late[i + 1] - (last - now), late[i]) end
  end
end
if now > last + 500 or now < last - 1000 then redis.call('SET', P .. 'clock', now) end
