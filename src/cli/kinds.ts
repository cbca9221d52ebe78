import type { Command } from 'commander'
import {
  groupOf,
  type KubeObject,
  type Kustomization,
  kustomizeVersion,
  type OCIRepository,
  sourceVersion,
} from '#api'
import type { ObjectRef } from '#kube'

/** One kind as the commands know it: adding a kind to the command line is adding a line here. */
export interface KindDescription {
  readonly kind: string
  readonly apiVersion: string
  /** How messages name it: `source oci`. */
  readonly human: string
  /** Its word behind a verb, and other spellings of it. */
  readonly word: string
  readonly aliases: readonly string[]
  /** Below the group `source`. */
  readonly isSource: boolean
  readonly revisionOf: (object: KubeObject) => string
  /** What the line about a success says before the revision. */
  readonly success: string
  /** Where it takes its files from. */
  readonly sourceOf?: (object: KubeObject) => ObjectRef
  /** Fields of the spec that hold durations, which are printed in Go's form. */
  readonly durations: readonly string[]
  /** Further columns of `get -o wide`. */
  readonly wide: readonly { title: string; value: (object: KubeObject) => string }[]
}

const ociRepository: KindDescription = {
  kind: 'OCIRepository',
  apiVersion: sourceVersion,
  human: 'source oci',
  word: 'oci',
  aliases: ['ocirepository', 'ocirepositories'],
  isSource: true,
  revisionOf: (object) => (object as OCIRepository).status?.artifact?.revision ?? '',
  success: 'fetched revision',
  durations: ['interval', 'timeout'],
  wide: [{ title: 'url', value: (object) => (object as OCIRepository).spec.url }],
}

const kustomization: KindDescription = {
  kind: 'Kustomization',
  apiVersion: kustomizeVersion,
  human: 'kustomization',
  word: 'kustomization',
  aliases: ['ks', 'kustomizations'],
  isSource: false,
  revisionOf: (object) => (object as Kustomization).status?.lastAppliedRevision ?? '',
  success: 'applied revision',
  sourceOf: (object) => sourceOfKustomization(object as Kustomization),
  durations: ['interval', 'timeout', 'retryInterval'],
  wide: [
    { title: 'source', value: (object) => formatSource(sourceOfKustomization(object as Kustomization)) },
    { title: 'path', value: (object) => (object as Kustomization).spec.path ?? './' },
  ],
}

/** The kinds of this command line, in the order of `get all`. */
export const kinds: readonly KindDescription[] = [ociRepository, kustomization]

/** The description of a kind of the API; undefined when we have none. */
export function describeKind(kind: string, apiVersion?: string): KindDescription | undefined {
  return kinds.find(
    (one) =>
      one.kind === kind && (apiVersion === undefined || groupOf(one.apiVersion) === groupOf(apiVersion)),
  )
}

/** `Kind/namespace/name`. */
export function formatSource({ kind, namespace = '', name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`
}

/** The commands of a verb, one a kind: sources below a group `source`, the others beside it. */
export function addKindCommands(
  verb: Command,
  title: string,
  add: (command: Command, description: KindDescription) => void,
): { source: Command } {
  const source = verb.command('source').alias('sources').description(`${title} sources`)
  for (const description of kinds) {
    const command = (description.isSource ? source : verb).command(description.word)
    add(
      command.aliases([...description.aliases]).description(`${title} ${description.kind} objects`),
      description,
    )
  }
  return { source }
}

function sourceOfKustomization({ metadata, spec }: Kustomization): ObjectRef {
  const { kind, name, apiVersion = sourceVersion, namespace = metadata.namespace } = spec.sourceRef
  return { apiVersion, kind, name, ...(namespace ? { namespace } : {}) }
}

/** The kind that a word on the command line names, in any case: its kind, or a word of its commands. */
export function kindByWord(word: string): KindDescription | undefined {
  const wanted = word.toLowerCase()
  return kinds.find(({ kind, word: own, aliases }) => [kind.toLowerCase(), own, ...aliases].includes(wanted))
}
