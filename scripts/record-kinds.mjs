// Writes src/apiserver/builtin/kinds.gen.ts: the facts about the built-in kinds (types, formats, required, defaults, enums,
// x-kubernetes-*), without a word of their descriptions. Usage: node scripts/record-kinds.mjs <folder of k8s.io/kubernetes>
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = process.argv[2]
if (!root) {
  console.error(
    'usage: node scripts/record-kinds.mjs FOLDER, where FOLDER is the Go module k8s.io/kubernetes',
  )
  process.exit(2)
}

const served = [
  'v1',
  'apps/v1',
  'batch/v1',
  'autoscaling/v1',
  'autoscaling/v2',
  'networking.k8s.io/v1',
  'policy/v1',
  'rbac.authorization.k8s.io/v1',
  'storage.k8s.io/v1',
  'scheduling.k8s.io/v1',
  'coordination.k8s.io/v1',
  'events.k8s.io/v1',
  'discovery.k8s.io/v1',
  'apiextensions.k8s.io/v1',
  'admissionregistration.k8s.io/v1',
  'apiregistration.k8s.io/v1',
  'node.k8s.io/v1',
  'authentication.k8s.io/v1',
  'authorization.k8s.io/v1',
]
const prefix = '#/components/schemas/'
const read = (path) => JSON.parse(readFileSync(join(root, 'api', path), 'utf8'))
const stem = (groupVersion) => `${groupVersion === 'v1' ? 'api' : 'apis'}__${groupVersion.replace('/', '__')}`

const all = {}
for (const groupVersion of served)
  Object.assign(all, read(`openapi-spec/v3/${stem(groupVersion)}_openapi.json`).components.schemas)

const kinds = served.flatMap(kindsOf)
const schemas = {}
for (const kind of kinds) keep(kind.schemaName)
for (const name of ['Status', 'DeleteOptions', 'APIResourceList', 'WatchEvent'])
  keep(`io.k8s.apimachinery.pkg.apis.meta.v1.${name}`)
keep('io.k8s.api.autoscaling.v1.Scale')

const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)))
const lines = Object.entries(sorted).map(
  ([name, schema]) => `${JSON.stringify(name)}:${JSON.stringify(schema)}`,
)
const kindLines = kinds.map((kind) => JSON.stringify(kind))
// Text, not a literal: a string costs nothing until it is parsed on first use, in every bundle.
const literal = (text) =>
  `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')}\``
writeFileSync(
  fileURLToPath(new URL('../src/apiserver/builtin/kinds.gen.ts', import.meta.url)),
  `// Written by scripts/record-kinds.mjs from k8s.io/kubernetes; do not edit.
export const kindsText: string = ${literal(`[\n${kindLines.join(',\n')}\n]`)}
export const schemasText: string = ${literal(`{\n${lines.join(',\n')}\n}`)}
`,
)
console.error(`${kinds.length} kinds, ${lines.length} schemas`)

function kindsOf(groupVersion) {
  const { resources } = read(`discovery/${stem(groupVersion)}.json`)
  const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion]
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((resource) => {
      const { name, kind, namespaced, verbs, shortNames = [], categories = [] } = resource
      return {
        group,
        version,
        kind,
        listKind: `${kind}List`,
        plural: name,
        singular: resource.singularName,
        shortNames,
        categories,
        namespaced,
        verbs,
        subresources: resources
          .filter((other) => other.name.startsWith(`${name}/`))
          .map((other) => other.name.slice(name.length + 1)),
        schemaName: schemaNameOf(group, version, kind),
      }
    })
}

function schemaNameOf(group, version, kind) {
  const found = Object.entries(all).find(([, schema]) =>
    schema['x-kubernetes-group-version-kind']?.some(
      (gvk) => gvk.group === group && gvk.version === version && gvk.kind === kind,
    ),
  )
  if (!found) throw new Error(`no schema for ${group}/${version} ${kind}`)
  return found[0]
}

function keep(name) {
  if (schemas[name]) return
  const source = all[name]
  if (!source) throw new Error(`no schema named ${name}`)
  schemas[name] = condense(source)
  const text = JSON.stringify(schemas[name])
  for (const [, other] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) keep(other)
}

function condense(schema) {
  if (Array.isArray(schema)) return schema.map(condense)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = []
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'description' || key === 'x-kubernetes-unions') continue
    if (key === 'properties')
      entries.push([
        key,
        Object.fromEntries(Object.entries(value).map(([name, child]) => [name, condense(child)])),
      ])
    else if (key === 'default' || key === 'enum' || key.startsWith('x-')) entries.push([key, value])
    else entries.push([key, condense(value)])
  }
  const plain = Object.fromEntries(entries)
  // A lone reference in allOf is only there to carry siblings; OpenAPI 3.0 readers want it so, hence it stays.
  if (plain.allOf?.length === 1 && Object.keys(plain).length === 1 && plain.allOf[0].$ref?.startsWith(prefix))
    return plain.allOf[0]
  return plain
}
