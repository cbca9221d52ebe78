import { expect, test } from 'vitest'
import { builtinKinds } from './kind.ts'
import { builtinSchema, rawSchemas } from './schemas.ts'

test('every built-in kind has a schema with metadata', () => {
  expect(builtinKinds.length).toBeGreaterThan(55)
  for (const kind of builtinKinds.filter(({ verbs }) => verbs.includes('list')))
    expect(
      builtinSchema(kind.schemaName).properties?.['metadata']?.properties?.['labels'],
      kind.kind,
    ).toBeTruthy()
})

test('a reference carries the siblings that stand beside it', () => {
  const spec = builtinSchema('io.k8s.api.apps.v1.DeploymentSpec')
  expect(spec.properties?.['strategy']?.['x-kubernetes-patch-strategy']).toBe('retainKeys')
  expect(spec.properties?.['strategy']?.properties?.['type']?.type).toBe('string')
  expect(spec.properties?.['selector']?.['x-kubernetes-map-type']).toBe('atomic')
})

test('the schema of schemas contains itself', () => {
  const props = builtinSchema('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps')
  const nested = props.properties?.['properties']?.additionalProperties
  expect(nested).toMatchObject({ type: 'object' })
  expect(nested).toHaveProperty('properties.not.properties.not')
})

test('ports are keyed by port and protocol', () => {
  const ports = builtinSchema('io.k8s.api.core.v1.ServiceSpec').properties?.['ports']
  expect(ports?.['x-kubernetes-list-map-keys']).toEqual(['port', 'protocol'])
  expect(ports?.items?.properties?.['protocol']?.default).toBe('TCP')
})

test('no description came along', () => {
  const isText = (value: unknown): boolean => JSON.stringify(value).includes('"description":"')
  expect(Object.values(rawSchemas()).some(isText)).toBe(false)
})
