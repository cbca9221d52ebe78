import type { Command } from 'commander'
import type { KubeObject } from '#api'
import { isObject, SluiceError } from '#base'
import { addKindCommands, type KindDescription } from '../kinds.ts'
import { type Session, withCluster } from '../session.ts'
import type { Terminal } from '../terminal.ts'

interface ExportFlags {
  all?: boolean
  withCredentials?: boolean
}

/** `export`: objects as YAML that can be applied elsewhere. */
export function registerExport(program: Command, terminal: Terminal): void {
  const verb = program.command('export').description('Print objects as YAML that can be applied elsewhere')
  addKindCommands(verb, 'Export', (command, description) => {
    command.argument('[name]', 'which one').option('--all', 'every one in the namespace')
    if (description.isSource) command.option('--with-credentials', 'also the Secrets that they name')
    command.action((name: string | undefined, flags: ExportFlags) => {
      if (!name && !flags.all) throw new SluiceError('NAME_MISSING', 'name is required')
      return withCluster(command, terminal, async (session) => {
        const { exportText } = await import('../export-object.ts')
        const objects = await readObjects(description, flags.all ? undefined : name, session)
        for (const object of objects) {
          terminal.print(await exportText(object, description.durations))
          if (flags.withCredentials) terminal.print(await credentialsOf(object, session))
        }
      })
    })
  })
}

async function readObjects(
  { apiVersion, kind }: KindDescription,
  name: string | undefined,
  { cluster, namespace }: Session,
): Promise<KubeObject[]> {
  if (name) return [await cluster.get({ apiVersion, kind, name, namespace })]
  const { items } = await cluster.list({ apiVersion, kind, namespace })
  if (items.length === 0)
    throw new SluiceError('OBJECTS_NOT_FOUND', `no objects found in ${namespace} namespace`)
  return items
}

async function credentialsOf(
  { spec, metadata }: KubeObject,
  { cluster, namespace }: Session,
): Promise<string> {
  const secretRef = isObject(spec) ? spec['secretRef'] : undefined
  if (!isObject(secretRef)) return ''
  const name = String(secretRef['name'])
  const { formatYaml } = await import('#base')
  const secret = await cluster.get({
    apiVersion: 'v1',
    kind: 'Secret',
    name,
    namespace: metadata.namespace ?? namespace,
  })
  const { data, type } = secret
  return `---\n${formatYaml({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: secret.metadata.namespace }, data, type })}`
}
