import { isObject, SluiceError, setOwn } from '#base'
import { type FieldSpec, selectsGvk, splitPath, walkField } from './field-path.ts'
import type { VariableEntry } from './kustomization.ts'
import { everyId, formatId, gvkOf, idOf, type Resource } from './resource.ts'
import type { ResourceList } from './resource-list.ts'

/** A `vars:` entry and the file it stands in. */
export interface Variable extends VariableEntry {
  readonly file: string
}

/** Adds a layer's variables. Throws `BUILD_VARIABLE_INVALID` when a name is taken. */
export function addVariables(variables: Variable[], entries: readonly VariableEntry[], file: string): void {
  for (const entry of entries) {
    if (!entry.name || !entry.objref?.name || !entry.objref.kind)
      throw invalid(
        file,
        `var ${JSON.stringify(entry.name ?? '')} must have a name and an objref with kind and name`,
      )
    if (variables.some(({ name }) => name === entry.name))
      throw invalid(file, `var '${entry.name}' already encountered`)
    variables.push({ ...entry, file })
  }
}

/** Replaces `$(NAME)` by the field it stands for, wherever variables are looked for. */
export function resolveVariables(
  list: ResourceList,
  variables: readonly Variable[],
  fields: readonly FieldSpec[],
): void {
  if (variables.length === 0) return
  const values = new Map(variables.map((variable) => [variable.name, valueOf(list, variable)]))
  for (const { object } of list.all) {
    const gvk = gvkOf(object)
    for (const field of fields) {
      if (!selectsGvk(field, gvk)) continue
      walkField(object, { path: field.path }, ({ get, set }) => {
        const value = get()
        if (typeof value === 'string') set(expand(value, values))
        else if (isObject(value))
          for (const [key, member] of Object.entries(value))
            if (typeof member === 'string') setOwn(value, key, expand(member, values))
      })
    }
  }
}

// `$$` stands for one dollar; an unknown variable stays as it is, since the kubelet may know it.
function expand(text: string, values: ReadonlyMap<string, unknown>): unknown {
  const only = /^\$\(([^()$]+)\)$/.exec(text)
  if (only?.[1] !== undefined && values.has(only[1])) return values.get(only[1])
  return text.replace(/\$\$|\$\(([^()]*)\)/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$'
    return values.has(name) ? String(values.get(name)) : whole
  })
}

function valueOf(list: ResourceList, variable: Variable): unknown {
  const { name, objref, fieldref, file } = variable
  const [object, ...others] = list.all.filter((resource) => isMeant(resource, objref))
  if (!object || others.length > 0)
    throw invalid(
      file,
      `var '${name}' ${object ? 'matches several objects' : 'matches no object'}: ${objref.kind ?? ''} ${objref.name ?? ''}`,
    )
  const path = fieldref?.fieldPath || 'metadata.name'
  const value = fieldAt(object.object, path)
  if (value === undefined || value === null || typeof value === 'object')
    throw invalid(
      file,
      `var '${name}' wants field ${path} of ${formatId(idOf(object.object))}, which is no scalar there`,
    )
  return value
}

function isMeant(
  resource: Resource,
  { apiVersion = '', group, version, kind, name, namespace }: VariableEntry['objref'],
): boolean {
  const slash = apiVersion.lastIndexOf('/')
  const gvk = {
    group: group ?? (slash < 0 ? '' : apiVersion.slice(0, slash)),
    version: version ?? apiVersion.slice(slash + 1),
    kind: kind ?? '',
  }
  return everyId(resource).some(
    (id) => id.name === name && selectsGvk(gvk, id) && (!namespace || id.namespace === namespace),
  )
}

function fieldAt(object: unknown, path: string): unknown {
  const steps = splitPath(
    path
      .replace(/\[(['"]?)([^\]]*)\1\]/g, (_, _quote, key: string) => `.${key.replaceAll('.', '\0')}`)
      .replaceAll('/', '\\/')
      .replaceAll('.', '/')
      .replaceAll('\0', '.'),
  )
  return steps.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)] as unknown
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  }, object)
}

function invalid(file: string, found: string): SluiceError {
  return new SluiceError('BUILD_VARIABLE_INVALID', `Cannot resolve vars of ${file}: ${found}`, {
    details: { file },
  })
}
