import type { FieldProblem } from './fields/index.ts'
import { flagOf } from './request.ts'
import { invalid } from './status-error.ts'

/** `sendInitialEvents` of a watch, undefined when it is not given; throws 400. */
export function sendInitialOf(query: URLSearchParams): boolean | undefined {
  return query.has('sendInitialEvents') ? flagOf(query, 'sendInitialEvents') : undefined
}

/** Throws 422 for options of a list that contradict each other. */
export function checkListOptions(query: URLSearchParams): void {
  const match = query.get('resourceVersionMatch') ?? ''
  const version = query.get('resourceVersion') ?? ''
  const problems: FieldProblem[] = []
  if (match && !version)
    problems.push(
      forbidden(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden unless resourceVersion is provided',
      ),
    )
  if (match && query.get('continue'))
    problems.push(
      forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'),
    )
  if (match && match !== 'Exact' && match !== 'NotOlderThan') problems.push(unsupported(match))
  if (match === 'Exact' && version === '0')
    problems.push(
      forbidden('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
    )
  if (query.has('sendInitialEvents'))
    problems.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  refuse(problems)
}

/** Throws 422 for options of a watch that contradict each other. */
export function checkWatchOptions(query: URLSearchParams): void {
  const match = query.get('resourceVersionMatch') ?? ''
  const sendInitial = sendInitialOf(query)
  const problems: FieldProblem[] = []
  const bad = (why: string): number => problems.push(forbidden('resourceVersionMatch', why))
  if (sendInitial !== undefined && match !== 'NotOlderThan')
    bad('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  if (sendInitial === undefined && match !== '')
    bad('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  refuse(problems)
}

function forbidden(field: string, why: string): FieldProblem {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${why}` }
}

function unsupported(match: string): FieldProblem {
  const message = `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`
  return { field: 'resourceVersionMatch', reason: 'FieldValueNotSupported', message }
}

function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw invalid({ group: 'meta.k8s.io', resource: 'ListOptions' }, '', problems)
}
