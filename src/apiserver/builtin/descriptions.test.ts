import { expect, test } from 'vitest'
import { described, descriptions } from './descriptions.ts'
import { rawSchemas, shortName } from './schemas.ts'

const byShortName = new Map(
  Object.entries(rawSchemas()).map(([name, schema]) => [shortName(name), { name, schema }] as const),
)

test.each(Object.keys(descriptions))('%s and every field that is described exist', (type) => {
  const known = byShortName.get(type)?.schema as { properties?: Record<string, unknown> } | undefined
  const { '': about, ...fields } = descriptions[type] ?? {}
  expect(about).toBeDefined()
  expect(Object.keys(known?.properties ?? {})).toEqual(expect.arrayContaining(Object.keys(fields)))
  for (const text of Object.values(descriptions[type] ?? {})) {
    expect(text).toMatch(/^[\w$].*\.$/)
    expect(text.length).toBeLessThan(130)
  }
})

test('descriptions are added to a copy, beside references too', () => {
  const name = 'io.k8s.api.core.v1.Pod'
  const before = structuredClone(rawSchemas()[name])
  expect(described(name, rawSchemas()[name])).toMatchObject({
    description: 'Containers that run together on one node and share its network and volumes.',
    properties: {
      kind: { type: 'string', description: 'The kind of this object.' },
      spec: {
        description: 'What is to run, and how.',
        allOf: [{ $ref: expect.stringContaining('PodSpec') }],
      },
    },
  })
  expect(rawSchemas()[name]).toEqual(before)
})
