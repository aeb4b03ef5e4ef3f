/** Keeps a value under its stamp. KEYS: the value. ARGV: stamp, value, life in ms. */
export const PUT = `
local known = redis.call('HGET', KEYS[1], 'stamp')
if known and tonumber(known) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'stamp', ARGV[1], 'value', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

/**
 * `admit` of rate.ts on the clock of Redis, which all gateways share. KEYS: the level. ARGV: ms
 * per request, burst. Answers ms to wait as text, '0' when it may pass.
 */
export const ADMIT = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local level = tonumber(redis.call('GET', KEYS[1]) or now)
level = math.min(math.max(level, now), now + interval * burst)
local wait = level - now - interval * (burst - 1)
if wait > 0 then return string.format('%.3f', wait) end
level = level + interval
redis.call('SET', KEYS[1], string.format('%.3f', level), 'PX', math.ceil(level - now))
return '0'`;
