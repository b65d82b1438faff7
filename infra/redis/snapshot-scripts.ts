/**
 * The Lua that runs inside Redis. KEYS[1] is the partition's tag with its prefix; every other key
 * begins with it and so lives on the same node.
 */

/**
 * ARGV: checkpoint as 20 digits, inbox offset, history offset (three empty texts: leave it); the
 * checkpoint to go on from as `offset/history` ("none": there is none, "any": whatever there is);
 * then ten cells per session: id, order (40 digits), offset, seq, head, state, summary, unit, status,
 * updated. Returns 'MOVED' and changes nothing when another checkpoint is stored.
 */
export const SAVE = `
local tag = KEYS[1]
if ARGV[4] ~= 'any' then
  local held = redis.call('HMGET', tag .. 'ckpt', 'offset', 'history')
  local mark = held[1] and (held[1] .. '/' .. held[2]) or 'none'
  if mark ~= ARGV[4] then return 'MOVED' end
end
for at = 5, #ARGV, 10 do
  local id, order = ARGV[at], ARGV[at + 1]
  local key = tag .. 'snap:' .. id
  local old = redis.call('HMGET', key, 'order', 'unit', 'status')
  if not old[1] or order > old[1] then
    local unit, status = ARGV[at + 7], ARGV[at + 8]
    if old[2] and old[2] ~= unit then redis.call('ZREM', tag .. 'unit:' .. old[2], id) end
    if old[3] and old[3] ~= status then redis.call('ZREM', tag .. 'status:' .. old[3], id) end
    redis.call('HSET', key, 'session', id, 'order', order, 'offset', ARGV[at + 2],
      'seq', ARGV[at + 3], 'head', ARGV[at + 4], 'state', ARGV[at + 5], 'summary', ARGV[at + 6],
      'unit', unit, 'status', status)
    redis.call('ZADD', tag .. 'sessions', 0, id)
    redis.call('ZADD', tag .. 'unit:' .. unit, 0, id)
    redis.call('ZADD', tag .. 'status:' .. status, 0, id)
    redis.call('ZADD', tag .. 'updated', ARGV[at + 9], id)
  end
end
if ARGV[1] ~= '' then
  local stored = redis.call('HGET', tag .. 'ckpt', 'order')
  if not stored or ARGV[1] >= stored then
    redis.call('HSET', tag .. 'ckpt', 'order', ARGV[1], 'offset', ARGV[2], 'history', ARGV[3])
  end
end
return 'OK'`;

/** Forgets a partition. */
export const CLEAR = `
local tag = KEYS[1]
for _, id in ipairs(redis.call('ZRANGE', tag .. 'sessions', 0, -1)) do
  local key = tag .. 'snap:' .. id
  local old = redis.call('HMGET', key, 'unit', 'status')
  if old[1] then redis.call('DEL', tag .. 'unit:' .. old[1]) end
  if old[2] then redis.call('DEL', tag .. 'status:' .. old[2]) end
  redis.call('DEL', key)
end
redis.call('DEL', tag .. 'sessions', tag .. 'updated', tag .. 'ckpt')
return 'OK'`;

/**
 * Keeps the first value of a key and gives back the one that is kept. ARGV: value, and until when it is
 * kept in milliseconds since 1970 (empty: for ever).
 */
export const MEMO = `
local stored = redis.call('GET', KEYS[1])
if stored then return stored end
if ARGV[2] == '' then redis.call('SET', KEYS[1], ARGV[1])
else redis.call('SET', KEYS[1], ARGV[1], 'PXAT', ARGV[2]) end
return ARGV[1]`;
