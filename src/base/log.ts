/** Structured logging: a constant message, the variable part as fields. One key per concept; never a secret. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

export type LogFields = Readonly<Record<string, unknown>>
export type LogLevel = 'debug' | 'info' | 'error'

const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, error: 2 }

/** A log that drops everything. */
export const silentLog: Log = { debug() {}, info() {}, error() {} }

/** A log of one JSON object a line, in the field order that Flux's controllers use: level, ts, msg, then the rest. */
export function createJsonLog(write: (line: string) => void, level: LogLevel = 'info'): Log {
  const at =
    (own: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (rank[own] < rank[level]) return
      write(`${JSON.stringify({ level: own, ts: new Date().toISOString(), msg: message, ...fields })}\n`)
    }
  return { debug: at('debug'), info: at('info'), error: at('error') }
}
