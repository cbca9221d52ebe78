import type { Command } from 'commander'
import type { KubeObject } from '#api'
import { isObject, SluiceError } from '#base'
import { type Format, formatValue, outputOption } from '../output.ts'
import { withCluster } from '../session.ts'
import type { Terminal } from '../terminal.ts'
import { readVersion } from '../version.ts'

interface VersionFlags {
  client?: boolean
  output?: Format
}

/** `version`: of this program, and of the controllers in the cluster. */
export function registerVersion(program: Command, terminal: Terminal): void {
  const command = program
    .command('version')
    .description('Print the versions of this program and of the controllers in the cluster')
    .option('--client', 'only of this program')
    .addOption(outputOption())
  command.action(async ({ client, output = 'yaml' }: VersionFlags) => {
    const own = { [terminal.name]: `v${readVersion()}` }
    const controllers = client ? {} : await readControllers(command, terminal)
    const versions = { ...own, ...controllers }
    // Ours comes first, which sorted keys would not keep.
    const text =
      output === 'json'
        ? await formatValue(versions, 'json')
        : Object.entries(versions)
            .map(([name, version]) => `${name}: ${version}\n`)
            .join('')
    terminal.print(text)
  })
}

function readControllers(command: Command, terminal: Terminal): Promise<Record<string, string>> {
  return withCluster(command, terminal, async ({ cluster, namespace }) => {
    const { items } = await cluster.list({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace,
      labelSelector: 'app.kubernetes.io/part-of in (flux, sluice)',
    })
    if (items.length === 0)
      throw new SluiceError('CONTROLLERS_MISSING', `no deployments found in ${namespace} namespace`)
    return Object.fromEntries(items.flatMap(imagesOf).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function imagesOf({ spec }: KubeObject): [string, string][] {
  const template = isObject(spec) && isObject(spec['template']) ? spec['template'] : {}
  const { containers } = (isObject(template['spec']) ? template['spec'] : {}) as {
    containers?: { image?: string }[]
  }
  return (containers ?? []).flatMap(({ image = '' }): [string, string][] => {
    const [, name, tag] = /(?:^|\/)([^/:@]+)(?::([^@]+))?(?:@.*)?$/.exec(image) ?? []
    return name === undefined ? [] : [[name, tag ?? 'latest']]
  })
}
