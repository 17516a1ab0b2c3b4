export { findFreePort } from './free-port.ts'
export { startPostgres } from './postgres.ts'
export { startProgram, type Program } from './program.ts'
export { redisIsMissing, startRedis } from './redis.ts'
