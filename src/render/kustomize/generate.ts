import { basename, isObject, SluiceError, setOwn } from '#base'
import { literalPair, parseEnvFile } from './env-file.ts'
import type { GeneratorEntry, GeneratorOptions } from './kustomization.ts'
import { formatId, idOf, metadataOf, newResource, type Resource } from './resource.ts'
import type { ResourceList } from './resource-list.ts'

/** What a generator reads files with, and what it is named by in errors. */
export interface GeneratorContext {
  readonly file: string
  readonly read: (path: string) => Uint8Array
  readonly generatorOptions?: GeneratorOptions | undefined
}

type GeneratedKind = 'ConfigMap' | 'Secret'

/** One entry of `configMapGenerator:` or `secretGenerator:` as an object. Throws `BUILD_GENERATOR_INVALID`. */
export function generate(kind: GeneratedKind, entry: GeneratorEntry, context: GeneratorContext): Resource {
  const { name, namespace, behavior } = entry
  if (!name) throw invalid(context, kind, entry, 'it has no name')
  const options = mergeOptions(context.generatorOptions, entry.options)
  const object: Record<string, unknown> = {
    apiVersion: 'v1',
    kind,
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      ...(isEmpty(options.labels) ? {} : { labels: { ...options.labels } }),
      ...(isEmpty(options.annotations) ? {} : { annotations: { ...options.annotations } }),
    },
    ...(kind === 'Secret' ? { type: entry.type || 'Opaque' } : {}),
    ...dataOf(kind, readPairs(kind, entry, context)),
    ...(options.immutable ? { immutable: true } : {}),
  }
  return newResource(object, context.file, {
    needsHash: !options.disableNameSuffixHash,
    // Any other word means create, as kustomize reads it.
    behavior: behavior === 'merge' || behavior === 'replace' ? behavior : 'create',
    origin: {
      configuredIn: context.file,
      configuredBy: { apiVersion: 'builtin', kind: `${kind}Generator` },
    },
  })
}

/** Adds a generated object to a layer: new, in the place of one with its id, or merged into it. */
export function absorb(list: ResourceList, made: Resource): void {
  const id = idOf(made.object)
  const [old, ...others] = list.matching(id)
  if (old === undefined) {
    if (made.behavior !== 'create')
      throw new SluiceError(
        'BUILD_GENERATOR_INVALID',
        `id ${formatId(id)} does not exist; cannot merge or replace (${made.file})`,
        { details: { file: made.file } },
      )
    list.append(made)
    return
  }
  if (others.length > 0)
    throw new SluiceError(
      'BUILD_GENERATOR_INVALID',
      `found multiple objects ${formatId(id)} that could accept merge (${made.file})`,
    )
  if (made.behavior === 'create')
    throw new SluiceError(
      'BUILD_DUPLICATE_ID',
      `id ${formatId(id)} exists; behavior must be merge or replace (${made.file})`,
      { details: { file: made.file } },
    )
  list.replace(old, { ...old, needsHash: old.needsHash && made.needsHash, object: combine(old, made) })
}

function combine(old: Resource, made: Resource): Record<string, unknown> {
  const before = metadataOf(old.object)
  const metadata: Record<string, unknown> = { ...metadataOf(made.object), name: before['name'] }
  if (before['namespace'] !== undefined) metadata['namespace'] = before['namespace']
  for (const field of ['labels', 'annotations']) {
    const merged = mergeMaps(before[field], metadata[field])
    if (merged) metadata[field] = merged
  }
  const object = { ...made.object, metadata }
  if (made.behavior === 'replace') return object
  const data = mergeMaps(old.object['data'], made.object['data'])
  const binaryData = mergeMaps(old.object['binaryData'], made.object['binaryData'])
  return { ...object, ...(data ? { data } : {}), ...(binaryData ? { binaryData } : {}) }
}

function mergeMaps(before: unknown, after: unknown): Record<string, unknown> | undefined {
  const merged = { ...(isObject(before) ? before : {}), ...(isObject(after) ? after : {}) }
  return Object.keys(merged).length > 0 ? merged : undefined
}

function readPairs(
  kind: GeneratedKind,
  entry: GeneratorEntry,
  context: GeneratorContext,
): Map<string, Uint8Array> {
  const pairs = new Map<string, Uint8Array>()
  const add = (key: string, value: Uint8Array): void => {
    if (key === '') throw invalid(context, kind, entry, 'a key is empty')
    if (pairs.has(key))
      throw invalid(
        context,
        kind,
        entry,
        `cannot add key ${JSON.stringify(key)}, another key by that name already exists`,
      )
    pairs.set(key, value)
  }
  const encoder = new TextEncoder()
  const refuse = (found: string): Error => invalid(context, kind, entry, found)
  for (const path of [...(entry.envs ?? []), ...(entry.env ? [entry.env] : [])])
    for (const [key, value] of parseEnvFile(context.read(path), path, refuse)) add(key, encoder.encode(value))
  for (const literal of entry.literals ?? []) {
    const [key, value] = literalPair(literal, refuse)
    add(key, encoder.encode(value))
  }
  for (const source of entry.files ?? []) {
    const [key, path] = fileSource(source, refuse)
    add(key, context.read(path))
  }
  return pairs
}

function fileSource(source: string, refuse: (found: string) => Error): [key: string, path: string] {
  const parts = source.split('=')
  const [first = '', second] = parts
  if (parts.length > 2) throw refuse("key names or file paths cannot contain '='")
  if (second === undefined) return [basename(first), first]
  if (first === '' || second === '')
    throw refuse(`found ${JSON.stringify(source)}, wanted key=path or a path`)
  return [first, second]
}

function dataOf(kind: GeneratedKind, pairs: Map<string, Uint8Array>): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  const binaryData: Record<string, unknown> = {}
  for (const [key, bytes] of [...pairs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = kind === 'ConfigMap' ? decodeUtf8(bytes) : undefined
    if (text !== undefined) setOwn(data, key, text)
    else setOwn(kind === 'Secret' ? data : binaryData, key, wrappedBase64(bytes))
  }
  return {
    ...(isEmpty(data) && kind === 'ConfigMap' ? {} : { data }),
    ...(isEmpty(binaryData) ? {} : { binaryData }),
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    // Not text: it goes into binaryData instead.
    return undefined
  }
}

// Lines of 70 characters, as kustomize breaks them; each ends with a newline when there are several.
function wrappedBase64(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('base64')
  return text.length <= 70 ? text : text.replace(/.{1,70}/g, '$&\n')
}

function mergeOptions(global: GeneratorOptions = {}, own: GeneratorOptions = {}): GeneratorOptions {
  return {
    labels: { ...global.labels, ...own.labels },
    annotations: { ...global.annotations, ...own.annotations },
    disableNameSuffixHash: (global.disableNameSuffixHash ?? false) || (own.disableNameSuffixHash ?? false),
    immutable: (global.immutable ?? false) || (own.immutable ?? false),
  }
}

function isEmpty(map: object | undefined): boolean {
  return map === undefined || Object.keys(map).length === 0
}

function invalid(
  { file }: GeneratorContext,
  kind: GeneratedKind,
  { name = '' }: GeneratorEntry,
  found: string,
): SluiceError {
  return new SluiceError(
    'BUILD_GENERATOR_INVALID',
    `Cannot generate ${kind} ${JSON.stringify(name)} of ${file}: ${found}`,
    {
      details: { file },
    },
  )
}
