import { createHash } from 'node:crypto'
import { canonicalJson, isObject } from '#base'

// kustomize spells the hexadecimal digits 0, 1, 3, a and e with letters that make no words.
const letters: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' }

/** The ten characters that kustomize appends to the name of an object whose content must show in its name. */
export function hashOf(object: Record<string, unknown>): string {
  const hex = createHash('sha256')
    .update(goJson(hashedPart(object)))
    .digest('hex')
  return hex.slice(0, 10).replace(/[013ae]/g, (digit) => letters[digit] ?? digit)
}

function hashedPart(object: Record<string, unknown>): unknown {
  const { kind, type = '', data = '', binaryData, stringData } = object
  // kustomize means to hash the name too, and hashes an empty one.
  const name = ''
  if (kind === 'ConfigMap') return { kind, name, data, ...(isObject(binaryData) ? { binaryData } : {}) }
  if (kind === 'Secret') return { kind, type, name, data, ...(isObject(stringData) ? { stringData } : {}) }
  return object
}

// Go's encoding/json escapes what could end a script element, and writes control characters without short forms.
function goJson(value: unknown): string {
  return canonicalJson(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
}
