/** Whether a value is nested in more than `depth` levels of lists and objects; never looks further down than that. */
export function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth <= 0) return true
  return Object.values(value).some((part) => isDeeperThan(part, depth - 1))
}
