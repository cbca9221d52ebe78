// Writes src/apiserver/protobuf/messages.gen.ts: field numbers and types of the messages in which Go clients send objects,
// from the struct tags of k8s.io/api and k8s.io/apimachinery. Usage: node scripts/record-protobuf.mjs <api> <apimachinery>
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [api, machinery] = process.argv.slice(2)
if (!api || !machinery) {
  console.error(
    'usage: node scripts/record-protobuf.mjs API MACHINERY, the folders of k8s.io/api and k8s.io/apimachinery',
  )
  process.exit(2)
}

/** Short name of each package by its import path; the first part of a path is the module. */
const packages = {
  'k8s.io/apimachinery/pkg/apis/meta/v1': 'meta',
  'k8s.io/api/core/v1': 'core',
  'k8s.io/api/apps/v1': 'apps',
  'k8s.io/api/batch/v1': 'batch',
  'k8s.io/api/autoscaling/v1': 'autoscaling1',
  'k8s.io/api/autoscaling/v2': 'autoscaling2',
  'k8s.io/api/networking/v1': 'networking',
  'k8s.io/api/policy/v1': 'policy',
  'k8s.io/api/rbac/v1': 'rbac',
  'k8s.io/api/storage/v1': 'storage',
  'k8s.io/api/scheduling/v1': 'scheduling',
  'k8s.io/api/coordination/v1': 'coordination',
  'k8s.io/api/events/v1': 'events',
  'k8s.io/api/discovery/v1': 'discovery',
  'k8s.io/api/admissionregistration/v1': 'admissionregistration',
  'k8s.io/api/node/v1': 'node',
  'k8s.io/api/authorization/v1': 'authorization',
}
/** Types whose JSON is not an object of their fields; the decoder knows them. */
const special = new Set([
  'meta.Time',
  'meta.MicroTime',
  'meta.Duration',
  'meta.FieldsV1',
  'resource.Quantity',
  'intstr.IntOrString',
  'runtime.RawExtension',
])
const foreign = {
  'k8s.io/apimachinery/pkg/api/resource': 'resource',
  'k8s.io/apimachinery/pkg/util/intstr': 'intstr',
  'k8s.io/apimachinery/pkg/runtime': 'runtime',
  'k8s.io/apimachinery/pkg/types': 'types',
}
const scalars = {
  string: 's',
  bool: 'b',
  int: 'i',
  int32: 'i',
  int64: 'i',
  uint32: 'i',
  uint64: 'i',
  float64: 'd',
}

const structs = new Map()
const named = new Map([
  ['types.UID', 'string'],
  ['types.NodeName', 'string'],
  ['types.NamespacedName', 'string'],
])
for (const [path, name] of Object.entries(packages)) {
  const folder = path.startsWith('k8s.io/api/')
    ? join(api, path.slice('k8s.io/api/'.length))
    : join(machinery, path.slice('k8s.io/apimachinery/'.length))
  for (const file of readdirSync(folder).filter((one) => one.endsWith('.go') && !/generated|_test/.test(one)))
    parseFile(name, readFileSync(join(folder, file), 'utf8'))
}

function parseFile(pkg, source) {
  const aliases = { '': pkg }
  for (const [, alias, path] of source.matchAll(/^\s*(\w+)?\s*"(k8s\.io\/[^"]+)"$/gm)) {
    const short = packages[path] ?? foreign[path]
    if (short) aliases[alias ?? path.split('/').at(-1)] = short
  }
  const qualify = (type) =>
    type.replace(/(\b[A-Za-z]\w*)\.([A-Z]\w*)|\b([A-Z]\w*)\b/g, (_all, alias, of, own) =>
      own ? `${pkg}.${own}` : `${aliases[alias] ?? alias}.${of}`,
    )
  for (const [, name, type] of source.matchAll(
    /^type (\w+) (string|u?int\d*|bool|map\[.*|\[\].*|\w+\.\w+)$/gm,
  ))
    named.set(`${pkg}.${name}`, qualify(type.trim()))
  for (const [, name, body] of source.matchAll(/^type (\w+) struct \{\n([^]*?)^\}/gm)) {
    const fields = []
    for (const line of body.split('\n')) {
      const match = /^\s*(?:(\w+)\s+)?(\S+)\s+`json:"([^"]*)"[^`]*protobuf:"([^"]*)"/.exec(line)
      if (!match) continue
      const [, , type, json, tag] = match
      const [jsonName, ...options] = json.split(',')
      fields.push({
        number: Number(tag.split(',')[1]),
        json: jsonName,
        inline: jsonName === '' && options.includes('inline'),
        omit: options.includes('omitempty') || options.includes('omitzero'),
        type: qualify(type),
      })
    }
    structs.set(`${pkg}.${name}`, fields)
  }
}

/** `*` pointer, `[` list, `{` map, `@` a list that is a message of its own, then a scalar's letter or a message's name. */
function encode(type) {
  if (type.startsWith('*')) return `*${encode(type.slice(1))}`
  if (type === '[]byte') return 'y'
  if (type.startsWith('[]')) return `[${encode(type.slice(2))}`
  const map = /^map\[[\w.]+\](.*)$/.exec(type)
  if (map) return `{${encode(map[1])}`
  if (scalars[type]) return scalars[type]
  if (special.has(type) || structs.has(type)) return type
  const target = named.get(type)
  if (target === undefined) throw new Error(`Cannot encode the type ${type}`)
  return target.startsWith('[]') && target !== '[]byte' ? `@${encode(target.slice(2))}` : encode(target)
}

// Only what a request may hold: lists and what refers to nothing else stay out.
const kept = new Map()
const roots = [...structs.keys()].filter((name) => {
  const fields = structs.get(name)
  const isObject = fields.some(({ json, type }) => json === 'metadata' && type === 'meta.ObjectMeta')
  return isObject && !name.startsWith('meta.')
})
for (const name of [...roots, 'meta.DeleteOptions']) keep(name)

function keep(name) {
  if (kept.has(name) || !structs.has(name) || special.has(name)) return
  kept.set(name, '')
  const fields = structs.get(name).map(({ number, json, inline, omit, type }) => {
    const code = encode(type)
    const message = code.replace(/^[*[{@]+/, '')
    if (message.includes('.')) keep(message)
    return `${inline ? '^' : json}${omit || inline ? '' : '!'}=${number}:${code}`
  })
  kept.set(name, fields.join(' '))
}

const lines = [...kept]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, fields]) => `${name} ${fields}`.trim())
writeFileSync(
  fileURLToPath(new URL('../src/apiserver/protobuf/messages.gen.ts', import.meta.url)),
  `// Written by scripts/record-protobuf.mjs from k8s.io/api and k8s.io/apimachinery; do not edit.
/** One message a line: its name, then its fields as \`json[!]=number:type\`. */
export const messagesText: string = \`${lines.join('\n')}\`
`,
)
console.log(`${lines.length} messages, ${lines.join('\n').length} bytes`)
