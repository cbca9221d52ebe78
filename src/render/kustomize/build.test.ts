import { describe, expect, test } from 'vitest'
import type { SluiceError } from '#base'
import { treeOf } from '#base'
import { buildKustomization } from './build-kustomization.ts'

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: main, image: nginx:1}]}}}
`
const component = 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n'

function names(files: Record<string, string>, path = '.', options = {}): string[] {
  return buildKustomization(treeOf(files), path, options).map(({ metadata }) => metadata.name)
}
function failure(files: Record<string, string>, path = '.', options = {}): { code: string; message: string } {
  try {
    buildKustomization(treeOf(files), path, options)
  } catch (error) {
    const { code, message } = error as SluiceError
    return { code, message }
  }
  throw new Error('the build did not fail')
}
const failing = (
  kustomization: string,
  files: Record<string, string> = {},
): { code: string; message: string } =>
  failure({ 'kustomization.yaml': kustomization, 'x.yaml': configMap('x'), ...files })

describe('a folder without kustomization file', () => {
  test('is every YAML file below, in the order of a walk', () => {
    const files = {
      'b.yaml': configMap('b'),
      'a/z.yml': configMap('z'),
      'a.yaml': configMap('a'),
      'a/n.txt': 'x',
    }
    expect(names(files)).toEqual(['z', 'a', 'b'])
  })

  test('lists a folder with its own kustomization as a folder', () => {
    const files = {
      'a.yaml': configMap('a'),
      'sub/kustomization.yml': 'namePrefix: p-\nresources: [one.yaml]\n',
      'sub/one.yaml': configMap('one'),
      'sub/two.yaml': 'not: [an, object]\n',
      'sub/deep/three.yaml': configMap('three'),
    }
    expect(names(files)).toEqual(['a', 'p-one'])
  })

  test('is empty when nothing is there', () => {
    expect(names({ 'readme.md': 'x' })).toEqual([])
  })

  test('is an error when asked for kustomize instead of Flux', () => {
    expect(failure({ 'a.yaml': configMap('a') }, '.', { generate: false })).toMatchObject({
      code: 'KUSTOMIZATION_MISSING',
    })
  })

  test('names the file that holds no object, in the words of Flux', () => {
    expect(failure({ 'deploy/x.yaml': 'hello: world\n' }, 'deploy')).toEqual({
      code: 'BUILD_OBJECT_INVALID',
      message: 'failed to decode Kubernetes YAML from deploy/x.yaml: missing Resource metadata',
    })
  })

  test('names file, line and column of YAML that cannot be read', () => {
    expect(failure({ 'x.yaml': 'a: [\n' }).message).toMatch(
      /failed to decode Kubernetes YAML from x\.yaml: Cannot read x\.yaml:2:1/,
    )
  })
})

describe('an overlay', () => {
  const files = {
    'deploy/kustomization.yaml':
      'namespace: old\nnamePrefix: old-\nresources: [d.yaml]\nimages: [{name: nginx, newTag: "2", newName: mine}]\n',
    'deploy/d.yaml': deployment,
    'deploy/extra/kustomization.yaml': `${component}namePrefix: c-\n`,
  }
  const build = (overlay: object): Record<string, unknown> =>
    buildKustomization(treeOf(files), 'deploy', { overlay })[0] as unknown as Record<string, unknown>

  test('replaces namespace, prefix and suffix', () => {
    expect(build({ targetNamespace: 'new', namePrefix: 'p-', nameSuffix: '-s' })).toMatchObject({
      metadata: { name: 'p-web-s', namespace: 'new' },
    })
  })

  test('merges images: a tag replaces tag and digest, the name stays', () => {
    expect(JSON.stringify(build({ images: [{ name: 'nginx', digest: 'sha256:1' }] }))).toContain(
      '"mine@sha256:1"',
    )
  })

  test('appends patches and components, and leaves out missing components when asked', () => {
    const patch = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 7}\n'
    expect(
      build({ patches: [{ patch }], components: ['extra', 'none'], ignoreMissingComponents: true }),
    ).toMatchObject({ metadata: { name: 'old-c-web' }, spec: { replicas: 7 } })
    expect(failure(files, 'deploy', { overlay: { components: ['none'] } })).toMatchObject({
      code: 'BUILD_FILE_MISSING',
    })
  })

  test('works on a generated kustomization too', () => {
    expect(names({ 'a.yaml': configMap('a') }, '.', { overlay: { namePrefix: 'p-' } })).toEqual(['p-a'])
  })
})

describe('a build keeps the order of the files', () => {
  const files = {
    'kustomization.yaml': 'resources: [d.yaml, n.yaml]\n',
    'd.yaml': deployment,
    'n.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n',
  }
  test('as Flux does', () => expect(names(files)).toEqual(['web', 'n']))
  test('unless asked for the order of kustomize build', () => {
    expect(names(files, '.', { order: 'legacy' })).toEqual(['n', 'web'])
  })
})

describe('bad input', () => {
  test('an unknown field is named with its nearest neighbour', () => {
    expect(failing('resource: [x.yaml]\n')).toEqual({
      code: 'KUSTOMIZATION_INVALID',
      message:
        'invalid Kustomization: json: unknown field "resource" in kustomization.yaml; the nearest known field is "resources"',
    })
  })

  test('an unknown field inside a list says where', () => {
    expect(failing('patches: [{pathh: a}]\n').message).toContain(
      '"pathh" in patches[0] of kustomization.yaml',
    )
  })

  test('two objects of one id are refused in the words of kustomize', () => {
    expect(failing('resources: [./x.yaml, ./y.yaml]\n', { 'y.yaml': configMap('x') })).toEqual({
      code: 'BUILD_DUPLICATE_ID',
      message:
        "accumulating resources: accumulation err='merging resources from './y.yaml': may not add resource with an already registered id: ConfigMap.v1.[noGrp]/x.[noNs]'",
    })
  })

  test('nothing outside the tree can be read', () => {
    for (const text of [
      'resources: [../../etc]\n',
      'resources: [/etc/passwd]\n',
      'components: [../c]\n',
      'configMapGenerator: [{name: a, files: [../../etc/passwd]}]\n',
      'patches: [{path: ../p.yaml}]\n',
    ])
      expect(failing(text).code).toBe('BUILD_PATH_OUTSIDE')
  })

  test('a remote base is refused with the way to vendor it, and without its credentials', () => {
    for (const base of [
      'https://user:secret@example.com/a.yaml',
      'github.com/o/r//path?ref=v1',
      'git@github.com:o/r.git',
      'oci://registry/base',
    ]) {
      const { code, message } = failing(`resources: ["${base}"]\n`)
      expect(code).toBe('KUSTOMIZE_REMOTE_BASE')
      expect(message).toContain('vendor it')
      expect(message).not.toContain('secret')
    }
  })

  test('a cycle of bases is an error with its path', () => {
    const files = {
      'kustomization.yaml': 'resources: [a]\n',
      'a/kustomization.yaml': 'resources: [../b]\n',
      'b/kustomization.yaml': 'resources: [../a]\n',
    }
    expect(failure(files)).toMatchObject({ code: 'KUSTOMIZE_CYCLE' })
    expect(failure(files).message).toContain('. -> a -> b -> a')
  })

  test('what is not built is refused by name', () => {
    for (const field of ['crds: [a]', 'openapi: {path: a}', 'helmCharts: [{name: a}]', 'validators: [a]'])
      expect(failing(`${field}\nresources: [x.yaml]\n`).code).toBe('KUSTOMIZE_FIELD_UNSUPPORTED')
    expect(failing('generators: [p.yaml]\n', { 'p.yaml': configMap('p') }).code).toBe(
      'KUSTOMIZE_PLUGIN_UNSUPPORTED',
    )
  })

  test('a wrong kind, an empty file and two files are refused', () => {
    expect(failing('kind: Deployment\n').code).toBe('KUSTOMIZATION_INVALID')
    expect(failing('apiVersion: v2\nresources: [x.yaml]\n').code).toBe('KUSTOMIZATION_INVALID')
    expect(failing('').code).toBe('KUSTOMIZATION_INVALID')
    expect(failing('resources: [x.yaml]\n', { Kustomization: 'resources: [x.yaml]\n' }).code).toBe(
      'KUSTOMIZATION_INVALID',
    )
  })

  test('a folder that is not there is named', () => {
    expect(failure({ 'a.yaml': configMap('a') }, 'none')).toMatchObject({ code: 'BUILD_FILE_MISSING' })
  })

  test('a bad expression, selector or patch is named', () => {
    const patch = `patch: '[{"op":"remove","path":"/metadata"}]'`
    expect(failing(`resources: [x.yaml]\npatches: [{target: {name: "("}, ${patch}}]\n`).code).toBe(
      'BUILD_SELECTOR_INVALID',
    )
    expect(
      failing(`resources: [x.yaml]\npatches: [{target: {labelSelector: "a in"}, ${patch}}]\n`).code,
    ).toBe('BUILD_SELECTOR_INVALID')
    expect(failing('resources: [x.yaml]\npatches: [{patch: "hello"}]\n').code).toBe('BUILD_PATCH_INVALID')
    expect(failing('resources: [x.yaml]\npatches: [{patch: "[{}]"}]\n').code).toBe('BUILD_PATCH_INVALID')
    expect(failing('resources: [x.yaml]\npatches: [{}]\n').code).toBe('BUILD_PATCH_INVALID')
    expect(failing('resources: [x.yaml]\nimages: [{name: "("}]\n').code).toBe('BUILD_SELECTOR_INVALID')
  })
})

describe('hostile input ends soon', () => {
  test('bases that double with every layer', () => {
    const files: Record<string, string> = { 'l0/kustomization.yaml': 'namePrefix: a\nresources: []\n' }
    for (let layer = 1; layer <= 40; layer++) {
      files[`l${layer}a/kustomization.yaml`] =
        `resources: [../l${layer - 1}${layer > 1 ? 'a' : ''}, ../l${layer - 1}${layer > 1 ? 'b' : ''}]\n`
      files[`l${layer}b/kustomization.yaml`] =
        `resources: [../l${layer - 1}${layer > 1 ? 'a' : ''}, ../l${layer - 1}${layer > 1 ? 'b' : ''}]\n`
    }
    expect(failure(files, 'l40a').code).toBe('LIMIT_EXCEEDED')
  })

  test('bases on top of each other without end', () => {
    const files: Record<string, string> = { 'd300/kustomization.yaml': 'resources: []\n' }
    for (let depth = 0; depth < 300; depth++)
      files[`d${depth}/kustomization.yaml`] = `resources: [../d${depth + 1}]\n`
    expect(failure(files, 'd0').code).toBe('LIMIT_EXCEEDED')
  })

  test('more patches times objects than anyone has', () => {
    const files = {
      'kustomization.yaml': `resources: [x.yaml]\npatches:\n${'- {target: {name: a}, patch: "[]"}\n'.repeat(6000)}`,
      'x.yaml': Array.from({ length: 1000 }, (_, index) => configMap(`x${index}`)).join('---\n'),
    }
    expect(failure(files).code).toBe('LIMIT_EXCEEDED')
  })

  test('an expression that makes other engines backtrack for ever', () => {
    const files = {
      'kustomization.yaml': `resources: [x.yaml]\npatches: [{target: {name: "(a+)+b"}, patch: '[{"op":"remove","path":"/data"}]'}]\n`,
      'x.yaml': configMap('a'.repeat(5000)),
    }
    expect(names(files)).toEqual(['a'.repeat(5000)])
  })

  test('names that JavaScript gives a meaning', () => {
    const files = {
      'kustomization.yaml': 'commonLabels: {__proto__: x, constructor: z}\nresources: [x.yaml]\n',
      'x.yaml': `${configMap('x')}data: {__proto__: a, toString: b}\n`,
    }
    const [object] = buildKustomization(treeOf(files), '.')
    expect(Object.keys(object!['data'] as object)).toEqual(['__proto__', 'toString'])
    expect(Object.keys(object!.metadata.labels!)).toEqual(['__proto__', 'constructor'])
  })
})
