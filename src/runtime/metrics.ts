/** A metrics registry small enough to read, in Prometheus' text format. */
export interface Metrics {
  /** Adds to a counter. */
  count(name: string, labels?: Labels, by?: number): void
  /** Adds a value in seconds to a histogram. */
  observe(name: string, labels: Labels, seconds: number): void
  /** A gauge that is asked when scraped. */
  gauge(name: string, labels: Labels, read: () => number): void
  /** Drops every series of a histogram or counter whose labels include these: the object is gone. */
  forget(labels: Labels): void
  /** The exposition text. */
  render(): string
}

export type Labels = Readonly<Record<string, string>>

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800]

const help: Readonly<Record<string, string>> = {
  gotk_reconcile_duration_seconds: 'The duration in seconds of a reconciliation.',
  controller_runtime_reconcile_total: 'Reconciliations by controller and result.',
  controller_runtime_reconcile_errors_total: 'Reconciliations by controller that ended in an error.',
  controller_runtime_active_workers: 'Workers in use by controller.',
  workqueue_depth: 'Keys waiting for a worker.',
}

interface Histogram {
  labels: Labels
  counts: number[]
  sum: number
  total: number
}

/** Creates an empty registry. */
export function createMetrics(): Metrics {
  const counters = new Map<string, Map<string, { labels: Labels; value: number }>>()
  const histograms = new Map<string, Map<string, Histogram>>()
  const gauges = new Map<string, Map<string, { labels: Labels; read: () => number }>>()
  return {
    count(name, labels = {}, by = 1) {
      const entry = series(counters, name, labels, () => ({ labels, value: 0 }))
      entry.value += by
    },
    observe(name, labels, seconds) {
      const entry = series(histograms, name, labels, () => ({
        labels,
        counts: buckets.map(() => 0),
        sum: 0,
        total: 0,
      }))
      entry.sum += seconds
      entry.total += 1
      const index = buckets.findIndex((bound) => seconds <= bound)
      if (index >= 0) entry.counts[index] = (entry.counts[index] ?? 0) + 1
    },
    gauge(name, labels, read) {
      series(gauges, name, labels, () => ({ labels, read }))
    },
    forget(labels) {
      const matches = (own: Labels): boolean =>
        Object.entries(labels).every(([key, value]) => own[key] === value)
      for (const family of [...histograms.values(), ...counters.values()])
        for (const [key, entry] of family) if (matches(entry.labels)) family.delete(key)
    },
    render() {
      const lines: string[] = []
      for (const [name, family] of counters) {
        lines.push(...header(name, 'counter'))
        for (const { labels, value } of family.values()) lines.push(`${name}${format(labels)} ${value}`)
      }
      for (const [name, family] of gauges) {
        lines.push(...header(name, 'gauge'))
        for (const { labels, read } of family.values()) lines.push(`${name}${format(labels)} ${read()}`)
      }
      for (const [name, family] of histograms) {
        lines.push(...header(name, 'histogram'))
        for (const entry of family.values()) lines.push(...histogramLines(name, entry))
      }
      return `${lines.join('\n')}\n`
    },
  }
}

function series<T>(families: Map<string, Map<string, T>>, name: string, labels: Labels, create: () => T): T {
  const family = families.get(name) ?? new Map<string, T>()
  families.set(name, family)
  const key = format(labels)
  const entry = family.get(key) ?? create()
  family.set(key, entry)
  return entry
}

function histogramLines(name: string, { labels, counts, sum, total }: Histogram): string[] {
  let seen = 0
  const lines = buckets.map((bound, index) => {
    seen += counts[index] ?? 0
    return `${name}_bucket${format({ ...labels, le: String(bound) })} ${seen}`
  })
  return [
    ...lines,
    `${name}_bucket${format({ ...labels, le: '+Inf' })} ${total}`,
    `${name}_sum${format(labels)} ${sum}`,
    `${name}_count${format(labels)} ${total}`,
  ]
}

function header(name: string, type: string): string[] {
  return [`# HELP ${name} ${help[name] ?? name}`, `# TYPE ${name} ${type}`]
}

function format(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([key, value]) =>
      `${key}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
