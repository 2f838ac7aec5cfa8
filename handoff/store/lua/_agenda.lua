-- When an agenda is due, and the lease of a turn.
local function next_due(agenda)
  local first = redis.call('ZRANGE', agenda, 0, 0, 'WITHSCORES')
  if not first[2] then return -1 end
  return math.max(0, math.ceil(tonumber(first[2]) - now))
end

local function lane_to_think(c) -- what a lease of the turn reads; `mail` where it is known already
  local lane = lane_of(c, 'k', 'e', 'h', 'n', 'x', 'case', 'g')
  lane.mail = false
  return lane
end

local function lease(lane, token, owner, ms, mail) -- {conversation, token, epoch, holder, state, mail, case, agent, takes, failures}
  local c, takes = lane.c, (tonumber(lane.n) or 0) + 1
  change(lane, 'k', token, 'o', owner, 'n', takes)
  save(lane)
  redis.call('ZADD', P .. 'agenda:turns', now + ms, c)
  return {c, token, lane.e == '' and '0' or lane.e, lane.h == '' and 'bot' or lane.h, redis.call('GET', P .. 's:' .. c) or '',
    mail or redis.call('LRANGE', P .. 'm:' .. c, 0, 99), lane.case, lane.g, takes, tonumber(lane.x) or 0}
end
