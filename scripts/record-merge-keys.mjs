// `node scripts/record-merge-keys.mjs KUSTOMIZE`: writes src/render/kustomize/schema.gen.ts, what the engine must know of
// Kubernetes' schema, from the OpenAPI document (Kubernetes 1.21.2, gzipped protobuf) that the kustomize binary carries.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const out = join(import.meta.dirname, '..', 'src', 'render', 'kustomize', 'schema.gen.ts')

/** Fields of a protobuf message as [number, value]; values of length-delimited fields are buffers. */
function* fieldsOf(buffer) {
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = buffer[at++]
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  while (at < buffer.length) {
    const tag = varint()
    if ((tag & 7) === 0) yield [tag >>> 3, varint()]
    else if ((tag & 7) === 1) at += 8
    else if ((tag & 7) === 5) at += 4
    else {
      const size = varint()
      yield [tag >>> 3, buffer.subarray(at, at + size)]
      at += size
    }
  }
}
const all = (buffer, number) => [...fieldsOf(buffer)].filter(([n]) => n === number).map(([, value]) => value)
const one = (buffer, number) => all(buffer, number)[0]
const text = (buffer) => buffer?.toString('utf8')
// gnostic's OpenAPI v2: NamedX { name = 1, value = 2 }; Any { yaml = 2 }.
const named = (buffer) => [text(one(buffer, 1)), one(buffer, 2)]
const extensions = (buffer, number) =>
  new Map(
    all(buffer, number)
      .map(named)
      .map(([name, any]) => [name, text(one(any, 2)) ?? '']),
  )

function openApiIn(binary) {
  const magic = Buffer.from([0x1f, 0x8b, 0x08])
  for (let at = binary.indexOf(magic); at >= 0; at = binary.indexOf(magic, at + 1)) {
    try {
      const document = gunzipSync(binary.subarray(at))
      if (document.includes('x-kubernetes-patch-merge-key')) return document
    } catch (error) {
      // gunzip wants the stream alone: what follows it in the binary is "trailing garbage" only by name.
      if (error.code !== 'Z_DATA_ERROR') throw error
    }
  }
  throw new Error('found no OpenAPI document in the binary')
}

const gvksOf = (yaml) => {
  const items = yaml.includes('- ') ? yaml.split(/^- /m).slice(1) : [yaml]
  return items.map((item) => {
    const get = (key) => new RegExp(`^\\s*${key}: *"?([^"\\n]*)"?$`, 'm').exec(item)?.[1] ?? ''
    return { group: get('group'), version: get('version'), kind: get('kind') }
  })
}
const apiVersionOf = ({ group, version }) => (group ? `${group}/${version}` : version)

const document = openApiIn(readFileSync(process.argv[2]))
const byText = (a, b) => (String(a) < String(b) ? -1 : 1)
const definitions = new Map(all(one(document, 9), 1).map(named))

const refOf = (schema) => text(one(schema, 1))?.replace('#/definitions/', '')
const propertiesOf = (schema) => all(one(schema, 25) ?? Buffer.alloc(0), 1).map(named)
const keysOf = (own) => {
  if (!(own.get('x-kubernetes-patch-strategy') ?? '').split(',').some((s) => s.trim() === 'merge'))
    return undefined
  const list = own.get('x-kubernetes-list-map-keys')
  if (list)
    return list
      .split('\n')
      .map((line) => line.replace(/^- /, '').trim())
      .filter(Boolean)
  const key = own.get('x-kubernetes-patch-merge-key')
  return key ? [key.trim()] : []
}

const described = new Map()
function describe(name) {
  if (described.has(name)) return described.get(name)
  const result = new Map()
  described.set(name, result)
  for (const [field, schema] of propertiesOf(definitions.get(name) ?? Buffer.alloc(0))) {
    const items = one(one(schema, 23) ?? Buffer.alloc(0), 1)
    const target = refOf(schema) ?? (items && refOf(items))
    const keys = items ? keysOf(extensions(schema, 31)) : undefined
    if (target) describe(target)
    if (target || keys) result.set(field, { target, keys })
  }
  return result
}

const kinds = new Map()
for (const [name, schema] of definitions) {
  const gvks = extensions(schema, 31).get('x-kubernetes-group-version-kind')
  if (!gvks) continue
  for (const gvk of gvksOf(gvks))
    if (!name.includes('.meta.v1.')) kinds.set(`${apiVersionOf(gvk)} ${gvk.kind}`, name)
}
for (const name of kinds.values()) describe(name)

// A definition matters when a merged list is reachable from it.
const matters = new Set(
  [...described].filter(([, fields]) => [...fields.values()].some(({ keys }) => keys)).map(([n]) => n),
)
for (let grew = true; grew; ) {
  grew = false
  for (const [name, fields] of described)
    if (!matters.has(name) && [...fields.values()].some(({ target }) => matters.has(target)))
      grew = !!matters.add(name)
}

const scoped = new Map()
for (const [path, item] of all(one(document, 8), 2).map(named))
  for (const [, operation] of fieldsOf(item)) {
    if (!Buffer.isBuffer(operation)) continue
    const gvk = extensions(operation, 13).get('x-kubernetes-group-version-kind')
    if (!gvk || !/\/v\d/.test(path) || path.includes('/{name}/')) continue
    for (const one of gvksOf(gvk)) {
      const key = `${apiVersionOf(one)} ${one.kind}`
      scoped.set(key, (scoped.get(key) ?? false) || path.includes('namespaces/{namespace}/'))
    }
  }

const names = [...matters].sort(byText)
const short = new Map(names.map((name, index) => [name, index]))
const line = (name) =>
  [...described.get(name)]
    .filter(([, { target, keys }]) => keys || matters.has(target))
    .map(
      ([field, { target, keys }]) =>
        `${field}${keys ? `[${keys.join(',')}]` : ''}${short.has(target) ? `=${short.get(target)}` : ''}`,
    )
    .join(' ')
const lastWord = (name) => name.slice(name.lastIndexOf('.') + 1)
const source = `// Written by scripts/record-merge-keys.mjs from Kubernetes 1.21.2's OpenAPI as kustomize 5.8.1 carries it; do not edit.

/** One definition a line: \`index Name field[merge keys]=definition …\`; empty brackets mark a merged list of scalars. */
export const definitionsText: string = \`
${names.map((name) => `${short.get(name)} ${lastWord(name)} ${line(name)}`).join('\n')}
\`

/** The definition of a kind: \`apiVersion Kind index\`; kinds known to the schema but without merged lists have \`-\`. */
export const kindsText: string = \`
${[...kinds]
  .sort(byText)
  .map(([key, name]) => `${key} ${short.get(name) ?? '-'}`)
  .join('\n')}
\`

/** Kinds that live in no namespace: \`apiVersion Kind\`. */
export const clusterScopedText: string = \`
${[...scoped]
  .filter(([, namespaced]) => !namespaced)
  .map(([key]) => key)
  .sort(byText)
  .join('\n')}
\`
`
writeFileSync(out, source)
