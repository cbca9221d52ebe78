import type { KubeObject } from '#api'
import { formatYaml } from '#base'

/** The YAML stream that `kustomize build` prints for these objects: keys sorted, documents parted by `---`. */
export function formatBuild(objects: readonly KubeObject[]): string {
  return objects.map((object) => formatYaml(object)).join('---\n')
}
