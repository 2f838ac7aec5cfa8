-- Who holds a case: returns its conversation, or a reply that says why this agent may not act in it.
local function held(id, agent)
  local h = redis.call('HMGET', P .. 'k:' .. id, 'conversation', 'status', 'agent')
  if not h[1] then return nil, {'unknown'} end
  if h[2] == 'resolved' then return nil, {'closed'} end
  if agent ~= '' and (h[2] ~= 'assigned' or h[3] ~= agent) then return nil, {'held', h[2] == 'assigned' and h[3] or ''} end
  return h[1]
end
