-- When an agenda is due, and the lease of a turn.
local function next_due(agenda)
  local first = redis.call('ZRANGE', agenda, 0, 0, 'WITHSCORES')
  if not first[2] then return -1 end
  return math.max(0, math.ceil(tonumber(first[2]) - now))
end

local function lease(c, token, owner, ms) -- {conversation, token, epoch, holder, state, mail, case, agent, takes, failures}
  local k = P .. 'c:' .. c
  local h = redis.call('HMGET', k, 'e', 'h', 'case', 'g', 'n', 'x')
  local takes = (tonumber(h[5]) or 0) + 1
  redis.call('HSET', k, 'k', token, 'o', owner, 'n', takes)
  redis.call('ZADD', P .. 'agenda:turns', now + ms, c)
  return {c, token, h[1] or '0', h[2] or 'bot', redis.call('GET', P .. 's:' .. c) or '',
    redis.call('LRANGE', P .. 'm:' .. c, 0, 99), h[3] or '', h[4] or '', takes, tonumber(h[6]) or 0}
end
