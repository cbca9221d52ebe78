const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

/** How long ago, as kubectl writes it: `65s`, `5m10s`, `3h`, `2d5h`, `120d`. Milliseconds in. */
export function formatAge(ms: number): string {
  if (ms < -second) return '<invalid>'
  const age = Math.max(0, ms)
  if (age < 2 * minute) return `${Math.floor(age / second)}s`
  if (age < 10 * minute) return pair(age, [minute, 'm'], [second, 's'])
  if (age < 3 * hour) return `${Math.floor(age / minute)}m`
  if (age < 8 * hour) return pair(age, [hour, 'h'], [minute, 'm'])
  if (age < 2 * day) return `${Math.floor(age / hour)}h`
  if (age < 8 * day) return pair(age, [day, 'd'], [hour, 'h'])
  if (age < 2 * year) return `${Math.floor(age / day)}d`
  if (age < 8 * year) return pair(age, [year, 'y'], [day, 'd'])
  return `${Math.floor(age / year)}y`
}

type Unit = readonly [ms: number, letter: string]

function pair(age: number, [large, l]: Unit, [small, s]: Unit): string {
  const rest = Math.floor((age % large) / small)
  return `${Math.floor(age / large)}${l}${rest === 0 ? '' : `${rest}${s}`}`
}
