import { expect, test } from 'vitest'
import type { Schema } from '#api'
import { setDefaults } from './default.ts'
import { prune } from './prune.ts'
import { validateSchema } from './validate.ts'

const crd = (spec: Record<string, Schema>, more: Partial<Schema> = {}): Schema => ({
  type: 'object',
  properties: { spec: { type: 'object', properties: spec, ...more } },
})
const object = (spec: unknown): Record<string, unknown> => ({
  apiVersion: 'a/v1',
  kind: 'K',
  metadata: { name: 'x', labels: { a: 'b' } },
  spec,
})
const texts = (schema: Schema, spec: unknown): string[] =>
  validateSchema(schema, object(spec)).map(({ field, message }) => `${field}: ${message}`)

const words: [schema: Schema, spec: unknown, wanted: string[]][] = [
  [
    crd({ replicas: { type: 'integer' } }),
    { replicas: 'string' },
    ['spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"'],
  ],
  [crd({ prune: { type: 'boolean' } }, { required: ['prune'] }), {}, ['spec.prune: Required value']],
  [
    crd({ kind: { type: 'string', enum: ['A', 'B'] } }),
    { kind: 'C' },
    ['spec.kind: Unsupported value: "C": supported values: "A", "B"'],
  ],
  [
    crd({ interval: { type: 'string', pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$' } }),
    { interval: 'banana' },
    [
      'spec.interval: Invalid value: "banana": spec.interval in body should match \'^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$\'',
    ],
  ],
  [
    crd({ n: { type: 'integer', minimum: 1, maximum: 3 } }),
    { n: 0 },
    ['spec.n: Invalid value: 0: spec.n in body should be greater than or equal to 1'],
  ],
  [
    crd({ n: { type: 'integer', maximum: 3, exclusiveMaximum: true } }),
    { n: 3 },
    ['spec.n: Invalid value: 3: spec.n in body should be less than 3'],
  ],
  [
    crd({ s: { type: 'string', maxLength: 2 } }),
    { s: 'abc' },
    ['spec.s: Too long: may not be more than 2 bytes'],
  ],
  [
    crd({ s: { type: 'string', minLength: 1 } }),
    { s: '' },
    ['spec.s: Invalid value: "": spec.s in body should be at least 1 chars long'],
  ],
  [
    crd({ l: { type: 'array', items: { type: 'string' }, maxItems: 1 } }),
    { l: ['a', 'b'] },
    ['spec.l: Too many: 2: must have at most 1 item'],
  ],
  [
    crd({ l: { type: 'array', items: { type: 'string' }, minItems: 1 } }),
    { l: [] },
    ['spec.l: Invalid value: 0: spec.l in body should have at least 1 items'],
  ],
  [
    crd({ l: { type: 'array', items: { type: 'string' } } }),
    { l: ['a', 1] },
    ['spec.l[1]: Invalid value: "integer": spec.l[1] in body must be of type string: "integer"'],
  ],
  [
    crd({ l: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' } }),
    { l: ['a', 'a'] },
    ['spec.l[1]: Duplicate value: "a"'],
  ],
  [
    crd({
      l: {
        type: 'array',
        items: { type: 'object', properties: { name: { type: 'string' } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      },
    }),
    { l: [{ name: 'a' }, { name: 'a' }] },
    ['spec.l[1]: Duplicate value: {"name":"a"}'],
  ],
  [
    crd({ p: { 'x-kubernetes-int-or-string': true } }),
    { p: true },
    ['spec.p: Invalid value: "boolean": spec.p in body must be of type integer,string: "boolean"'],
  ],
  [crd({ p: { 'x-kubernetes-int-or-string': true } }), { p: '80%' }, []],
  [
    crd({ t: { type: 'string', format: 'date-time' } }),
    { t: 'now' },
    ['spec.t: Invalid value: "now": spec.t in body must be of type date-time: "now"'],
  ],
  [
    crd({ s: { type: 'string' } }),
    { s: null },
    ['spec.s: Invalid value: "null": spec.s in body must be of type string: "null"'],
  ],
  [crd({ s: { type: 'string', nullable: true } }), { s: null }, []],
  [crd({ n: { type: 'number' } }), { n: 1 }, []],
  [crd({ s: { type: 'string', pattern: '(?i)^abc$' } }), { s: 'ABC' }, []],
  [
    crd({}, { oneOf: [{ required: ['a'] }, { required: ['b'] }] }),
    {},
    [
      '<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found none valid',
      'spec.a: Required value',
    ],
  ],
]
test.each(words)('validateSchema() speaks as kube-apiserver does, case %#', (schema, spec, wanted) => {
  expect(texts(schema, spec)).toEqual(wanted)
})

test('an invalid object whose schema has rules says that they were not checked', () => {
  const schema = crd({ a: { type: 'string' } }, { 'x-kubernetes-validations': [{ rule: 'has(self.a)' }] })
  expect(texts(schema, { a: 1 }).at(-1)).toMatch(
    /^<nil>: Invalid value: null: some validation rules were not checked/,
  )
})

test('rules are handed to the evaluator with the value and path of their node', () => {
  const schema = crd({ a: { type: 'string' } }, { 'x-kubernetes-validations': [{ rule: 'has(self.a)' }] })
  const seen: unknown[] = []
  validateSchema(schema, object({}), (rules, value, path) => {
    seen.push([rules[0]?.rule, value, path])
    return []
  })
  expect(seen).toEqual([['has(self.a)', {}, 'spec']])
})

test('prune() removes what the schema does not know and names it', () => {
  const schema = crd({
    list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
    map: { type: 'object', additionalProperties: { type: 'object', properties: { a: { type: 'string' } } } },
    free: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { known: { type: 'object' } },
    },
    raw: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    },
  })
  const value = object({
    foo: 1,
    constructor: 1,
    list: [{ bar: 1, a: 'x' }],
    map: { k: { a: 'x', b: 1 } },
    free: { any: 1, known: { gone: 1 } },
    raw: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', foo: 1 }, data: {} },
  })
  Object.assign(value['metadata'] as object, { clusterName: 'x' })
  value['extra'] = true
  expect(prune(schema, value)).toEqual([
    'extra',
    'metadata.clusterName',
    'spec.constructor',
    'spec.foo',
    'spec.free.known.gone',
    'spec.list[0].bar',
    'spec.map.k.b',
    'spec.raw.metadata.foo',
  ])
  expect(value['spec']).toEqual({
    list: [{ a: 'x' }],
    map: { k: { a: 'x' } },
    free: { any: 1, known: {} },
    raw: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, data: {} },
  })
})

test('setDefaults() follows the nullable example of the Kubernetes documentation', () => {
  const schema = crd({
    foo: { type: 'string', nullable: false, default: 'default' },
    bar: { type: 'string', nullable: true },
    baz: { type: 'string' },
  })
  const value = object({ foo: null, bar: null, baz: null })
  setDefaults(schema, value)
  expect(value['spec']).toEqual({ foo: 'default', bar: null })
})

test('setDefaults() reaches into defaults and lists, but makes up no parents', () => {
  const schema = crd({
    nested: { type: 'object', default: {}, properties: { a: { type: 'integer', default: 3 } } },
    absent: { type: 'object', properties: { a: { type: 'integer', default: 3 } } },
    list: { type: 'array', items: { type: 'object', properties: { a: { type: 'integer', default: 3 } } } },
  })
  const value = object({ list: [{}, { a: 1 }] })
  setDefaults(schema, value)
  expect(value['spec']).toEqual({ nested: { a: 3 }, list: [{ a: 3 }, { a: 1 }] })
  expect(schema.properties?.['spec']?.properties?.['nested']?.default).toEqual({})
})
