import { isObject } from '#base'
import { type FieldSpec, selectsGvk, walkField } from './field-path.ts'
import type { ImageEntry } from './kustomization.ts'
import { patternOf } from './pattern.ts'
import { gvkOf } from './resource.ts'
import type { ResourceList } from './resource-list.ts'

/** Changes name, tag or digest of one image wherever it is used. */
export function setImages(list: ResourceList, entry: ImageEntry, fields: readonly FieldSpec[]): void {
  const matches = matcherOf(entry.name)
  const update = (image: string): string => (matches(image) ? newImage(image, entry) : image)
  for (const { object } of list.all) {
    const gvk = gvkOf(object)
    if (gvk.kind !== 'CustomResourceDefinition') updateContainers(object, update)
    for (const field of fields) {
      if (!selectsGvk(field, gvk)) continue
      walkField(object, { ...field, create: false }, ({ get, set }) => {
        const image = get()
        if (typeof image === 'string') set(update(image))
      })
    }
  }
}

function updateContainers(value: unknown, update: (image: string) => string): void {
  if (Array.isArray(value)) for (const item of value as unknown[]) updateContainers(item, update)
  if (!isObject(value)) return
  for (const [key, member] of Object.entries(value)) {
    if ((key === 'containers' || key === 'initContainers') && Array.isArray(member)) {
      for (const container of member as unknown[])
        if (isObject(container) && typeof container['image'] === 'string')
          container['image'] = update(container['image'])
    } else updateContainers(member, update)
  }
}

// kustomize puts the name into a regular expression as it is.
function matcherOf(name: string): (image: string) => boolean {
  return patternOf(`${name}(?::[a-zA-Z0-9_.{}-]*)?(?:@sha256:[a-zA-Z0-9_.{}-]*)?`, 'image name')
}

function newImage(image: string, { newName, newTag, digest, tagSuffix }: ImageEntry): string {
  const old = splitImage(image)
  const name = newName || old.name
  if (newTag || digest) return `${name}${newTag ? `:${newTag}` : ''}${digest ? `@${digest}` : ''}`
  if (tagSuffix) return `${name}:${old.tag}${tagSuffix}`
  return `${name}${old.tag ? `:${old.tag}` : ''}${old.digest ? `@${old.digest}` : ''}`
}

function splitImage(image: string): { name: string; tag: string; digest: string } {
  const at = image.indexOf('@')
  const digest = at < 0 ? '' : image.slice(at + 1)
  const rest = at < 0 ? image : image.slice(0, at)
  // A colon before the last slash belongs to the registry's port.
  const colon = rest.indexOf(':', Math.max(rest.lastIndexOf('/'), 0))
  return colon < 0
    ? { name: rest, tag: '', digest }
    : { name: rest.slice(0, colon), tag: rest.slice(colon + 1), digest }
}
