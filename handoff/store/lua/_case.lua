-- A case: what a script needs of it, read once, and why an agent may not act in it.
local function case_of(id, ...) -- nil when there is none; a value that is missing is false
  local fields, found, case = {...}, redis.call('HMGET', P .. 'k:' .. id, 'conversation', 'status', 'agent', ...), {id = id}
  if not found[1] then return nil end
  case.conversation, case.status, case.agent = found[1], found[2], found[3]
  for i = 1, #fields do case[fields[i]] = found[3 + i] end
  return case
end

local function set(case, ...) -- field, value, field, value ..
  redis.call('HSET', P .. 'k:' .. case.id, ...)
end

local function refusal_of(case, agent) -- a reply that says why this agent may not act in it
  if not case then return {'unknown'} end
  if case.status == 'resolved' then return {'closed'} end
  if agent ~= '' and (case.status ~= 'assigned' or case.agent ~= agent) then
    return {'held', case.status == 'assigned' and case.agent or ''}
  end
end
