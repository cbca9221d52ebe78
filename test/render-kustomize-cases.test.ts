import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { treeOf } from '#base'
import { buildKustomization, formatBuild } from '#render'
import { describeWithPeers, peer } from './support/peers.ts'

const run = promisify(execFile)

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      serviceAccountName: web
      containers:
        - name: main
          image: nginx:1.0
          args: [a, b]
          env:
            - name: A
              value: "1"
            - name: B
              valueFrom: {configMapKeyRef: {name: settings, key: b}}
          envFrom:
            - configMapRef: {name: settings}
            - secretRef: {name: secrets}
          ports:
            - containerPort: 80
            - containerPort: 53
              protocol: UDP
          volumeMounts:
            - {name: data, mountPath: /data}
        - name: side
          image: registry:5000/side@sha256:abc
      volumes:
        - name: data
          configMap: {name: settings}
        - name: claim
          persistentVolumeClaim: {claimName: store}
`
const service = `apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  ports:
    - {name: http, port: 80}
    - {name: dns, port: 53, protocol: UDP}
`
const custom = `apiVersion: example.com/v1
kind: Widget
metadata: {name: web, labels: {app: web}}
spec: {list: [{name: a, v: 1}, {name: b, v: 2}], map: {a: 1}}
`
const rbac = `apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [configmaps], resourceNames: [settings], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects:
  - {kind: ServiceAccount, name: web, namespace: old}
  - {kind: ServiceAccount, name: default, namespace: old}
  - {kind: ServiceAccount, name: other, namespace: old}
  - {kind: User, name: web}
`
const settings = 'configMapGenerator: [{name: settings, literals: [b=1]}]\n'

/** Adds a deployment patched by one strategic merge patch. */
function merging(patch: string, object = deployment): Record<string, string> {
  return {
    'x.yaml': object,
    'p.yaml': patch,
    'kustomization.yaml': 'resources: [x.yaml]\npatches: [{path: p.yaml}]\n',
  }
}
function containers(text: string): Record<string, string> {
  const body = text.replace(/^/gm, '        ')
  return merging(
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n${body}\n`,
  )
}
function podSpec(text: string): Record<string, string> {
  const body = text.replace(/^/gm, '      ')
  return merging(
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n${body}\n`,
  )
}
function overlay(text: string, object = deployment): Record<string, string> {
  return { 'x.yaml': object, 'kustomization.yaml': `resources: [x.yaml]\n${text}` }
}
function json(patch: string, object = deployment): Record<string, string> {
  return overlay(`patches: [{target: {name: web}, patch: '${patch}'}]\n`, object)
}

const cases: Record<string, Record<string, string>> = {
  'merge: a new container goes to the front': containers('- name: new\n  image: x'),
  'merge: a named container is merged and keeps the rest': containers('- name: side\n  image: y'),
  'merge: order of the patch wins': containers('- name: side\n- name: new\n- name: main'),
  'merge: env by name': containers('- name: main\n  env: [{name: C, value: c}, {name: A, value: "2"}]'),
  'merge: a null field is removed': containers('- name: main\n  args: null\n  env: [{name: A, value: null}]'),
  'merge: lists of scalars are replaced': containers('- name: main\n  args: [z]'),
  'merge: ports without protocol': containers('- name: main\n  ports: [{containerPort: 80, name: http}]'),
  'merge: ports with protocol': containers(
    '- name: main\n  ports: [{containerPort: 53, protocol: TCP, name: dns}, {containerPort: 53, protocol: UDP, name: dns}]',
  ),
  'merge: $patch delete of an element': containers('- name: side\n  $patch: delete'),
  'merge: $patch delete of a missing element': containers('- name: none\n  $patch: delete'),
  'merge: $patch replace of an element': containers('- name: main\n  image: z\n  $patch: replace'),
  'merge: $patch replace of a list': containers('- name: only\n  image: z\n- $patch: replace'),
  'merge: $patch delete of a list': containers('- $patch: delete'),
  'merge: $patch delete of a map': podSpec('securityContext: {$patch: delete}\nserviceAccountName: null'),
  'merge: $patch replace of a map': podSpec('$patch: replace\ncontainers: [{name: x}]'),
  'merge: volumes by name': podSpec('volumes: [{name: data, emptyDir: {}, configMap: null}, {name: n}]'),
  'merge: empty list': podSpec('volumes: []'),
  'merge: null list': podSpec('volumes: null'),
  'merge: empty map': podSpec('securityContext: {}'),
  'merge: tolerations are replaced': podSpec('tolerations: [{key: a}]'),
  'merge: $patch delete of an object': merging(
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n$patch: delete\n',
  ),
  'merge: several patches in one file': merging(
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {a: b}}\n',
  ),
  'merge: service ports': merging(
    'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80, targetPort: 1}, {port: 53, protocol: TCP}]}\n',
    service,
  ),
  'merge: lists of unknown kinds are replaced': merging(
    'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: web}\nspec: {list: [{name: b, v: 3}], map: {b: 2, a: null}}\n',
    custom,
  ),
  'merge: unknown kinds know directives': merging(
    'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: web}\nspec: {list: [{name: b, v: 3}, {$patch: replace}], map: {$patch: replace, b: 2}}\n',
    custom,
  ),
  'merge: finalizers are a set': merging(
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, finalizers: [b, c]}\n',
    deployment.replace('name: web\nspec', 'name: web\n  finalizers: [a, b]\nspec'),
  ),
  'merge: the namespace of a patch must fit': merging(
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: default}\nspec: {replicas: 2}\n',
  ),
  'merge: no such object': merging('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: none}\n'),
  'merge: types that do not fit': podSpec('containers: {a: b}'),
  'merge: a scalar on a map': merging(
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: 1\n',
  ),
  'merge: null values in added maps go': podSpec('securityContext: {a: null, b: 1}'),
  'merge: a patch with a target needs no name': overlay(
    'patches:\n- target: {kind: Deploy.*}\n  patch: |-\n    apiVersion: apps/v1\n    kind: Whatever\n    metadata: {name: not-important, labels: {a: b}}\n',
  ),
  'merge: allowNameChange and allowKindChange': overlay(
    'patches:\n- target: {kind: Deployment}\n  options: {allowNameChange: true, allowKindChange: true}\n  patch: |-\n    apiVersion: apps/v2\n    kind: Whatever\n    metadata: {name: other}\n',
  ),
  'merge: a patch cannot move an object': overlay(
    'patches:\n- target: {kind: Deployment}\n  patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web, namespace: other}\n',
  ),
  'merge: duplicate names in a list': containers('- name: main\n  image: y\n- name: main\n  args: [c]'),
  'merge: host aliases and pull secrets': podSpec(
    'imagePullSecrets: [{name: a}]\nhostAliases: [{ip: 1.2.3.4, hostnames: [a]}]\ntopologySpreadConstraints: [{topologyKey: a, maxSkew: 1, whenUnsatisfiable: DoNotSchedule}]',
  ),

  'json: add, replace, remove': json(
    '[{"op":"add","path":"/spec/template/spec/containers/-","value":{"name":"n"}},{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"i"},{"op":"remove","path":"/spec/template/spec/volumes/0"}]',
  ),
  'json: move, copy, test': json(
    '[{"op":"test","path":"/kind","value":"Deployment"},{"op":"copy","from":"/spec/template/spec/serviceAccountName","path":"/spec/a"},{"op":"move","from":"/spec/template/spec/volumes","path":"/spec/b"}]',
  ),
  'json: a failing test': json('[{"op":"test","path":"/kind","value":"X"}]'),
  'json: remove of nothing': json('[{"op":"remove","path":"/spec/none"}]'),
  'json: remove below nothing': json('[{"op":"remove","path":"/spec/none/a"}]'),
  'json: add below nothing': json('[{"op":"add","path":"/spec/none/a","value":1}]'),
  'json: index out of range': json('[{"op":"replace","path":"/spec/template/spec/volumes/7","value":1}]'),
  'json: add at an index': json('[{"op":"add","path":"/spec/template/spec/volumes/1","value":{"name":"m"}}]'),
  'json: escapes': json(
    '[{"op":"add","path":"/metadata/annotations","value":{}},{"op":"add","path":"/metadata/annotations/a.b~1c~0d","value":"v"}]',
  ),
  'json: null value': json('[{"op":"add","path":"/spec/none","value":null}]'),
  'json: unknown operation': json('[{"op":"put","path":"/spec/none","value":null}]'),
  'json: renames': overlay(
    `namePrefix: p-\npatches: [{target: {kind: Deployment}, patch: '[{"op":"replace","path":"/metadata/name","value":"other"}]'}]\n`,
  ),
  'json: as YAML': overlay(
    'patches:\n- target: {kind: Deployment, name: w.b, labelSelector: "!a"}\n  patch: |-\n    - op: add\n      path: /metadata/labels\n      value: {a: b}\n',
  ),
  'json: legacy field': overlay(
    'patchesJson6902:\n- target: {version: v1, kind: Deployment, name: web}\n  patch: |-\n    - op: add\n      path: /spec/replicas\n      value: 3\n',
  ),
  'json: legacy field without match': overlay(
    'patchesJson6902:\n- target: {version: v1, kind: Deployment, name: none}\n  patch: |-\n    - op: add\n      path: /spec/replicas\n      value: 3\n',
  ),
  'select: namespace default': overlay(
    `patches: [{target: {namespace: default}, patch: '[{"op":"add","path":"/a","value":1}]'}]\n`,
  ),
  'select: names are anchored': overlay(
    `patches: [{target: {name: we}, patch: '[{"op":"add","path":"/a","value":1}]'}]\n`,
  ),
  'select: labels': overlay(
    `patches: [{target: {labelSelector: "app in (web,x),!b"}, patch: '[{"op":"add","path":"/a","value":1}]'}]\n`,
    custom,
  ),
  'select: by the name before a prefix': {
    ...overlay('namePrefix: a-\n'),
    'o/kustomization.yaml': `resources: [..]\npatches: [{target: {name: web}, patch: '[{"op":"add","path":"/a","value":1}]'}]\n`,
  },

  'names: prefix and suffix with references': {
    ...overlay(
      `namePrefix: p-\nnameSuffix: -s\n${settings}secretGenerator: [{name: secrets, literals: [a=b]}]\n`,
      `${deployment}---\n${service}---\n${rbac}---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: store}\n`,
    ),
  },
  'names: Namespaces and CRDs keep theirs': overlay(
    'namePrefix: p-\n',
    'apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b}\n',
  ),
  'names: webhooks and API services': overlay(
    'namePrefix: p-\nnamespace: new\n',
    `${service}---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: hook}\nwebhooks: [{name: a, clientConfig: {service: {name: web, namespace: old, path: /x}}}]\n---\napiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: v1.a}\nspec: {service: {name: web, namespace: old}}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b}\nspec: {conversion: {webhook: {clientConfig: {service: {name: web, namespace: old}}}}}\n`,
  ),
  'names: ingress and autoscaler': overlay(
    'namePrefix: p-\n',
    `${deployment}---\n${service}---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, annotations: {nginx.ingress.kubernetes.io/auth-secret: s}}\nspec: {defaultBackend: {service: {name: web}}, rules: [{http: {paths: [{backend: {service: {name: web}}}]}}], tls: [{secretName: s}]}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {kind: Deployment, name: web, apiVersion: apps/v1}}\n`,
  ),
  'names: ingress class': overlay(
    'namePrefix: p-\n',
    'apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: c}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {ingressClassName: c}\n',
  ),
  'names: two layers': {
    ...overlay(`namePrefix: a-\n${settings}`),
    'o/kustomization.yaml': `resources: [..]\nnamePrefix: b-\nnameSuffix: -c\n`,
  },
  'names: one base twice': {
    ...overlay(settings),
    'o/kustomization.yaml': 'resources: [p, q]\n',
    'o/p/kustomization.yaml': 'resources: [../..]\nnamePrefix: p-\n',
    'o/q/kustomization.yaml': 'resources: [../..]\nnamePrefix: q-\n',
  },
  'names: one base in two namespaces': {
    ...overlay(settings),
    'o/kustomization.yaml': 'resources: [p, q]\n',
    'o/p/kustomization.yaml': 'resources: [../..]\nnamespace: p\n',
    'o/q/kustomization.yaml': 'resources: [../..]\nnamespace: q\n',
  },
  'names: one base twice as it is': {
    ...overlay(''),
    'o/kustomization.yaml': 'resources: [p, q]\n',
    'o/p/kustomization.yaml': 'resources: [../..]\n',
    'o/q/kustomization.yaml': 'resources: [../..]\n',
  },

  'namespace: workloads, cluster-wide kinds and bindings': overlay(
    'namespace: new\n',
    `${deployment}---\n${rbac}`,
  ),
  'namespace: Namespace objects are renamed': overlay(
    'namespace: new\n',
    'apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n',
  ),
  'namespace: two objects become one': overlay(
    'namespace: new\n',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: n, namespace: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: n, namespace: b}\n',
  ),
  'namespace: empty': overlay('namespace: ""\n', service),
  'namespace: role bindings with accounts of the build': overlay(
    'namespace: new\nnamePrefix: p-\n',
    `${rbac}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}\nsubjects: [{kind: ServiceAccount, name: web}, {kind: ServiceAccount, name: web, namespace: x}, {kind: Group, name: web}]\n`,
  ),

  'labels: commonLabels': overlay(
    'commonLabels: {a: b, c: "1"}\n',
    `${deployment}---\n${service}---\n${custom}---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\n---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {selector: {matchLabels: {x: y}}}\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n}\nspec: {podSelector: {matchLabels: {x: y}}, ingress: [{from: [{podSelector: {matchLabels: {x: y}}}, {podSelector: {}}]}]}\n`,
  ),
  'labels: statefulset': overlay(
    'commonLabels: {a: b}\n',
    'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\nspec: {volumeClaimTemplates: [{metadata: {name: v}}]}\n',
  ),
  'labels: statefulset without claims': overlay(
    'commonLabels: {a: b}\ncommonAnnotations: {x: y}\n',
    'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\nspec: {}\n',
  ),
  'labels: pairs only': overlay('labels: [{pairs: {a: b}}]\n'),
  'labels: with selectors': overlay('labels: [{pairs: {a: b}, includeSelectors: true}, {pairs: {c: d}}]\n'),
  'labels: with templates': overlay('labels: [{pairs: {a: b}, includeTemplates: true}]\n'),
  'labels: own fields': overlay(
    'labels: [{pairs: {a: b}, fields: [{path: spec/x/labels, create: true, kind: Deployment}, {path: spec/none, create: false}]}]\n',
  ),
  'labels: null selector': overlay(
    'commonLabels: {a: b}\n',
    'apiVersion: v1\nkind: Service\nmetadata: {name: s, labels: null}\nspec: {selector: null}\n',
  ),
  'annotations: everywhere': overlay(
    'commonAnnotations: {a: b, c: "true"}\n',
    `${deployment}---\n${service}`,
  ),

  'images: name, tag, digest': overlay(
    'images: [{name: nginx, newName: my/nginx, newTag: "2"}, {name: registry:5000/side, digest: sha256:def}]\n',
  ),
  'images: tag on a digest': overlay('images: [{name: registry:5000/side, newTag: v1}]\n'),
  'images: name only': overlay(
    'images: [{name: registry:5000/side, newName: x}, {name: nginx, newName: y}]\n',
  ),
  'images: suffix': overlay('images: [{name: nginx, tagSuffix: -x}]\n'),
  'images: tag and digest': overlay('images: [{name: nginx, newTag: a, digest: sha256:b}]\n'),
  'images: in unknown kinds': overlay(
    'images: [{name: a, newTag: b}]\n',
    'apiVersion: x.y/v1\nkind: Z\nmetadata: {name: z}\nspec: {deep: [{containers: [{image: "a:1"}, {image: "aa:1"}], initContainers: [{image: a}], other: {image: a}}], containers: [{image: a}], image: a}\n',
  ),
  'images: no containers': overlay('images: [{name: a, newTag: b}]\n', service),
  'replicas: by name': overlay('replicas: [{name: web, count: 5}]\n'),
  'replicas: of nothing': overlay('replicas: [{name: none, count: 5}]\n'),
  'replicas: of the wrong kind': overlay('replicas: [{name: web, count: 5}]\n', service),

  'generate: every source': {
    'a.txt': 'one\ntwo\n',
    'b.bin': 'x\u0000y',
    'c.env': '# comment\nA=1\n  B = 2 \nC="3"\nD=a=b\n\nE=\n',
    'kustomization.yaml':
      'configMapGenerator:\n- name: m\n  files: [a.txt, k=a.txt, b.bin]\n  envs: [c.env]\n  literals: ["L=1", "Q=\'q\'", "R=\\"r\\"", "S=a=b", "T="]\nsecretGenerator:\n- name: s\n  type: kubernetes.io/tls\n  files: [a.txt]\n  env: c.env\n',
  },
  'generate: options': {
    'kustomization.yaml':
      'generatorOptions: {labels: {a: b}, annotations: {c: d}, disableNameSuffixHash: true}\nconfigMapGenerator:\n- {name: m, namespace: n, literals: [a=b], options: {labels: {a: x, e: f}, immutable: true}}\n- {name: o}\nsecretGenerator: [{name: p}]\n',
  },
  'generate: merge and replace': {
    'b/kustomization.yaml':
      'namePrefix: x-\nconfigMapGenerator:\n- {name: a, literals: [a=1, b=2], options: {labels: {l: m}}}\n- {name: b, literals: [a=1, b=2]}\n',
    'kustomization.yaml':
      'resources: [b]\nconfigMapGenerator:\n- {name: a, behavior: merge, literals: [b=3, c=4], options: {labels: {x: o}}}\n- {name: x-b, behavior: replace, literals: [c=4]}\n',
  },
  'generate: merge with nothing': {
    'kustomization.yaml': 'configMapGenerator: [{name: a, behavior: merge, literals: [b=3]}]\n',
  },
  'generate: create over something': {
    'kustomization.yaml': 'configMapGenerator: [{name: a, literals: [b=3]}, {name: a, literals: [b=3]}]\n',
  },
  'generate: the same key twice': {
    'kustomization.yaml': 'configMapGenerator: [{name: a, literals: [b=3, b=4]}]\n',
  },
  'generate: bad keys': { 'kustomization.yaml': 'configMapGenerator: [{name: a, literals: ["b c=3"]}]\n' },
  'generate: literal without value': {
    'kustomization.yaml': 'configMapGenerator: [{name: a, literals: [b]}]\n',
  },
  'generate: missing file': { 'kustomization.yaml': 'configMapGenerator: [{name: a, files: [b]}]\n' },
  'generate: merge into an object of a file': overlay(
    'configMapGenerator: [{name: c, behavior: merge, literals: [b=3]}]\n',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: "1"}\n',
  ),
  'generate: long secrets are wrapped': {
    'kustomization.yaml': `secretGenerator: [{name: a, literals: ["b=${'x'.repeat(200)}", "c=${'y'.repeat(105)}", "d=${'z'.repeat(52)}", "e=${'z'.repeat(53)}"]}]\n`,
  },

  'components: act on their parent': {
    ...overlay('components: [c]\nnamePrefix: p-\n'),
    'c/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [y.yaml]\nnameSuffix: -c\npatches: [{target: {kind: Deployment}, patch: \'[{"op":"add","path":"/spec/replicas","value":3}]\'}]\n',
    'c/y.yaml': service,
  },
  'components: before generators of their parent': {
    'kustomization.yaml': `components: [c]\n${settings}`,
    'c/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nconfigMapGenerator: [{name: settings, behavior: merge, literals: [c=2]}]\n',
  },
  'components: are no resources': {
    'kustomization.yaml': 'resources: [c]\n',
    'c/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n${settings}`,
  },
  'components: must be components': {
    'kustomization.yaml': 'components: [c]\n',
    'c/kustomization.yaml': settings,
  },

  'legacy: bases, patchesStrategicMerge, imageTags': {
    'b/kustomization.yaml': 'resources: [x.yaml]\n',
    'b/x.yaml': deployment,
    'kustomization.yaml':
      'bases: [b]\nimageTags: [{name: nginx, newTag: "3"}]\npatchesStrategicMerge:\n- |-\n  apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: web}\n  spec: {replicas: 4}\n- p.yaml\n',
    'p.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {a: b}}\n',
  },
  'vars: in arguments and environment': overlay(
    'vars:\n- {name: NAME, objref: {kind: Deployment, name: web, apiVersion: apps/v1}}\n- {name: IMAGE, objref: {kind: Deployment, name: web, apiVersion: apps/v1}, fieldref: {fieldpath: "spec.template.spec.containers[0].image"}}\nnamePrefix: p-\n',
    deployment.replace('[a, b]', '["$(NAME)", "x-$(IMAGE)-$(NONE)", "$$(NAME)", "$NAME"]'),
  ),
  'vars: of nothing': overlay('vars: [{name: A, objref: {kind: Service, name: none, apiVersion: v1}}]\n'),

  'replacements: copy a field': overlay(
    'replacements:\n- source: {kind: Service, name: web, fieldPath: spec.ports.0.port}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths: ["spec.template.spec.containers.[name=main].ports.0.containerPort", "spec.template.spec.containers.*.image"]\n',
    `${deployment}---\n${service.replace('80', '8080')}`,
  ),
  'replacements: delimiter and index': overlay(
    'replacements:\n- source: {kind: Deployment, fieldPath: "spec.template.spec.containers.[name=main].image", options: {delimiter: ":", index: 0}}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths: ["spec.template.spec.containers.[name=side].image"]\n    options: {delimiter: "/", index: 1}\n',
  ),
  'replacements: create': overlay(
    'replacements:\n- source: {kind: Deployment}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths: ["metadata.labels.name", "spec.a.[x=y].b", "metadata.annotations.[a.b/c]"]\n    options: {create: true}\n',
  ),
  'replacements: missing field': overlay(
    'replacements:\n- source: {kind: Deployment}\n  targets: [{select: {kind: Deployment}, fieldPaths: [spec.none]}]\n',
  ),
  'replacements: missing source': overlay(
    'replacements:\n- source: {kind: Nothing}\n  targets: [{select: {kind: Deployment}, fieldPaths: [spec.none]}]\n',
  ),
  'replacements: reject': overlay(
    'replacements:\n- source: {kind: Deployment}\n  targets: [{select: {name: web}, reject: [{kind: Deployment}], fieldPaths: [metadata.name]}, {select: {kind: Service}, fieldPaths: ["spec.ports.[name=http].name"]}]\n',
    `${deployment}---\n${service}`,
  ),
  'replacements: constant value': overlay(
    'replacements:\n- sourceValue: hello\n  targets: [{select: {kind: Deployment}, fieldPaths: [spec.template.spec.serviceAccountName]}]\n',
  ),
  'replacements: a whole map': overlay(
    'replacements:\n- source: {kind: Service, fieldPath: spec}\n  targets: [{select: {kind: Deployment}, fieldPaths: [spec.template]}]\n',
    `${deployment}---\n${service}`,
  ),
  'replacements: from a file': {
    ...overlay('replacements: [{path: r.yaml}]\n'),
    'r.yaml':
      '- source: {kind: Deployment}\n  targets: [{select: {kind: Deployment}, fieldPaths: [spec.template.spec.serviceAccountName]}]\n',
  },

  'order: legacy by default': overlay(
    '',
    `${custom}---\n${deployment}---\n${service}---\n${rbac}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: z}\n---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: hook}\n`,
  ),
  'order: fifo': overlay('sortOptions: {order: fifo}\n', `${custom}---\n${deployment}---\n${service}`),
  'order: own': overlay(
    'sortOptions: {order: legacy, legacySortOptions: {orderFirst: [Widget], orderLast: [Service]}}\n',
    `${service}---\n${deployment}---\n${custom}`,
  ),

  'files: lists are taken apart': overlay(
    '',
    `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- {apiVersion: v1, kind: ConfigMapList, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}]}\n`,
  ),
  'files: empty documents': overlay('', `---\n# nothing\n---\n${service}---\n`),
  'files: no name': overlay('', 'apiVersion: v1\nkind: ConfigMap\n'),
  'files: no kind': overlay('', 'apiVersion: v1\nmetadata: {name: a}\n'),
  'files: no object': overlay('', 'hello\n'),
  'files: twice': overlay('', `${service}---\n${service}`),
  'files: local configuration is left out': overlay(
    '',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {config.kubernetes.io/local-config: "true"}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, annotations: {config.kubernetes.io/local-config: "false"}}\n',
  ),
  'files: numbers, words and times': overlay(
    '',
    'apiVersion: v1\nkind: X\nmetadata: {name: a}\ndata: {a: 0755, b: 1_000, c: yes, d: on, e: 1e3, f: 2001-01-01, g: 1:30, h: 0x1F, i: ~, j: 2001-01-01 10:00:00, k: 2001-01-01T10:00:00.5+02:00, l: 1.50, "1": x, "-": y, "10": z, "2": w}\n',
  ),
  'files: anchors and merges': overlay(
    '',
    'apiVersion: v1\nkind: X\nmetadata: {name: a}\nx: &x {a: 1, b: [2]}\ny: *x\nz: {<<: *x, a: 3}\n',
  ),
  'files: duplicate keys': overlay('', 'apiVersion: v1\nkind: X\nmetadata: {name: a}\nx: 1\nx: 2\n'),
  'kustomization: unknown field': overlay('resource: [x.yaml]\n'),
  'kustomization: another case': overlay('NAMEPrefix: p-\n'),
  'kustomization: empty': { 'kustomization.yaml': '' },
  'kustomization: nothing to build': { 'kustomization.yaml': 'namePrefix: a\n' },
  'kustomization: wrong type': overlay('namePrefix: [a]\n'),
  'kustomization: missing resource': { 'kustomization.yaml': 'resources: [none.yaml]\n' },
  'kustomization: itself': { 'kustomization.yaml': 'resources: [.]\n' },
  'kustomization: a cycle': {
    'kustomization.yaml': 'resources: [a]\n',
    'a/kustomization.yaml': 'resources: [../b]\n',
    'b/kustomization.yaml': 'resources: [../a]\n',
  },
  'configurations: own references and fields': {
    ...overlay(
      'configurations: [c.yaml]\nnamePrefix: p-\ncommonLabels: {a: b}\n',
      `${custom.replace('map:', 'ref: {name: cm}, map:')}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\n`,
    ),
    'c.yaml':
      'nameReference:\n- {kind: ConfigMap, version: v1, fieldSpecs: [{kind: Widget, path: spec/ref/name}]}\ncommonLabels: [{path: spec/labels, create: true, kind: Widget}]\n',
  },
  'transformers: as files and inline': {
    ...overlay(
      'transformers:\n- t.yaml\n- |-\n  apiVersion: builtin\n  kind: PrefixTransformer\n  metadata: {name: x}\n  prefix: p-\n  fieldSpecs: [{path: metadata/name}]\n',
    ),
    't.yaml':
      'apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: x}\nlabels: {a: b}\nfieldSpecs: [{path: metadata/labels, create: true}]\n',
  },
  'metadata: origins': {
    'x.yaml': deployment,
    'kustomization.yaml': `resources: [x.yaml, b]\nbuildMetadata: [originAnnotations]\n${settings}`,
    'b/kustomization.yaml': 'resources: [y.yaml]\nconfigMapGenerator: [{name: m}]\n',
    'b/y.yaml': service,
  },
}

/** More of the same kind, as data: corners that were tried against the real binary one by one. */
const corners = JSON.parse(
  readFileSync(join(import.meta.dirname, '../src/render/testdata/kustomizations.json'), 'utf8'),
) as Record<string, Record<string, string>>

/** Folders to build where it is not the root. */
const built: Record<string, string> = {
  'names: two layers': 'o',
  'names: one base twice': 'o',
  'names: one base in two namespaces': 'o',
  'names: one base twice as it is': 'o',
  'select: by the name before a prefix': 'o',
}

describeWithPeers('small kustomizations build as the real kustomize builds them', ['kustomize'], () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-render-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  for (const [name, files] of Object.entries({ ...cases, ...corners })) {
    test(name, async () => {
      const root = join(folder, name.replaceAll(/[^a-z0-9]+/gi, '-'))
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true })
        writeFileSync(join(root, path), text)
      }
      const path = built[name] ?? '.'
      const real = await run(peer('kustomize'), [
        'build',
        join(root, path),
        '--load-restrictor=LoadRestrictionsNone',
      ]).then(
        ({ stdout }) => stdout,
        (error: Error & { stderr?: string }) => `fails: ${error.stderr}`,
      )
      const own = attempt(() =>
        formatBuild(buildKustomization(treeOf(files), path, { order: 'legacy', generate: false })),
      )
      if (real.startsWith('fails: ')) expect(own, real).toMatch(/^fails: [A-Z_]+/)
      else expect(own).toBe(real)
    })
  }
})

function attempt(build: () => string): string {
  try {
    return build()
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    return `fails: ${code} ${message}`
  }
}
