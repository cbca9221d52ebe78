import type { Owner } from './owners.ts'

/** A field that another manager owns with another value. */
export interface FieldConflict {
  manager: string
  /** For example `conflict with "kubectl-client-side-apply" using v1`. */
  message: string
  /** For example `.spec.replicas`. */
  field: string
}

export function describeConflict(owner: Owner, field: string): FieldConflict {
  const subresource = owner.subresource === '' ? '' : ` with subresource ${JSON.stringify(owner.subresource)}`
  // An applier is known by its name alone, an updater also by the version it wrote.
  const version = owner.operation === 'Update' ? ` using ${owner.apiVersion}` : ''
  const message = `conflict with ${JSON.stringify(owner.manager)}${subresource}${version}`
  return { manager: owner.manager, message, field }
}

/** The message of the 409 that an apply with conflicts gets. */
export function conflictMessage(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts
  if (conflicts.length === 1 && first) return `Apply failed with 1 conflict: ${first.message}: ${first.field}`
  const byMessage = new Map<string, string[]>()
  for (const { message, field } of conflicts)
    byMessage.set(message, [...(byMessage.get(message) ?? []), field])
  const parts = [...byMessage]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([message, fields]) => {
      const lines = fields.map((field) => `- ${field}`).join('\n')
      return `${message.replace('conflict', 'conflicts')}:\n${lines}`
    })
  return `Apply failed with ${conflicts.length} conflicts: ${parts.join('\n')}`
}
