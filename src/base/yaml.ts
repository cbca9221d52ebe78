import {
  binaryTag,
  defineScalarTag,
  dump,
  loadAll,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  type Node,
  SCALAR_STYLE,
  Schema,
  seqTag,
  strTag,
  YAMLException,
} from 'js-yaml'
import { SluiceError } from './error.ts'
import { isObject } from './json.ts'
import { limits, tooLarge } from './limit.ts'

/**
 * How scalars are read. `kubectl` (also helm): YAML 1.1 booleans (`yes`, `on`, `y`), the last of duplicate keys wins.
 * `kustomize`: YAML 1.2 booleans, duplicate keys are errors, a bare date becomes the time at its midnight. Both: Go's number
 * grammar (`0755` = 493, `1_000`, `0o17`), other times and sexagesimals stay strings.
 */
export type YamlDialect = 'kubectl' | 'kustomize'

export interface ParseYamlOptions {
  /** Named in errors. */
  file?: string
  dialect?: YamlDialect
}

const nulls = new Set(['', '~', 'null', 'Null', 'NULL'])
const booleans12 = booleanTable(['true', 'True', 'TRUE'], ['false', 'False', 'FALSE'])
const booleans11 = booleanTable(
  ['true', 'True', 'TRUE', 'y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'],
  ['false', 'False', 'FALSE', 'n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'],
)

const nullTag = defineScalarTag('tag:yaml.org,2002:null', {
  implicit: true,
  resolve: (source) => (nulls.has(source) ? null : NOT_RESOLVED),
  identify: (value) => value === null,
  represent: () => 'null',
})
const numberTag = defineScalarTag('tag:yaml.org,2002:int', {
  implicit: true,
  resolve: (source) => goNumber(source) ?? NOT_RESOLVED,
  identify: (value) => typeof value === 'number',
  represent: String,
})
const floatTag = defineScalarTag('tag:yaml.org,2002:float', {
  resolve: (source) => goNumber(source) ?? NOT_RESOLVED,
  identify: () => false,
})
// Binary and unknown tags carry text through unchanged, as Go's reader does for untyped data.
const binaryAsText = defineScalarTag(binaryTag.tagName, {
  resolve: (source) => source,
  identify: () => false,
})
const anyTag = defineScalarTag('!', {
  matchByTagPrefix: true,
  resolve: (source) => source,
  identify: () => false,
})

// kustomize takes a bare date for a time, and writes it as one.
const dateTag = defineScalarTag('tag:yaml.org,2002:timestamp', {
  implicit: true,
  resolve: (source) => midnightOf(source) ?? NOT_RESOLVED,
  identify: () => false,
})

const schemas: Readonly<Record<YamlDialect, Schema>> = {
  kubectl: schemaWith(booleans11),
  kustomize: schemaWith(booleans12, [dateTag]),
}

/** All documents of a YAML (or JSON) text; empty ones are null. Throws `YAML_INVALID` with file, line and column. */
export function parseYamlAll(text: string, options: ParseYamlOptions = {}): unknown[] {
  const { file = 'YAML', dialect = 'kubectl' } = options
  if (text.length > limits.yamlBytes)
    throw tooLarge(file, `${text.length} bytes`, `at most ${limits.yamlBytes} bytes`)
  try {
    const documents = loadAll(text, {
      schema: schemas[dialect],
      json: dialect === 'kubectl',
      maxDepth: limits.yamlDepth,
    })
    // Aliases share objects, so a small file can stand for billions of nodes once it is written out.
    if (text.includes('&'))
      for (const document of documents) countNodes(document, file, { left: limits.yamlNodes })
    return documents
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const { line = 0, column = 0 } = (error.mark ?? {}) as { line?: number; column?: number }
    throw new SluiceError('YAML_INVALID', `Cannot read ${file}:${line + 1}:${column + 1}: ${error.reason}`, {
      cause: error,
      details: { file, line: line + 1, column: column + 1 },
    })
  }
}

/** The only document of a YAML text; null when it is empty. Throws `YAML_INVALID`, also when there are several. */
export function parseYaml(text: string, options: ParseYamlOptions = {}): unknown {
  const documents = parseYamlAll(text, options).filter((document) => document !== null)
  if (documents.length > 1) {
    throw new SluiceError(
      'YAML_INVALID',
      `Cannot read ${options.file ?? 'YAML'}: found ${documents.length} documents, wanted one`,
    )
  }
  return documents[0] ?? null
}

export interface FormatYamlOptions {
  /** Keep the order of keys; sorted when false (the default), as Kubernetes' tools print objects. */
  keepOrder?: boolean
}

/**
 * YAML as Go's tools write it: two spaces, dashes in the parent's column, no folding, several lines as `|`, strings that
 * would read as something else in double quotes and other awkward ones in single quotes. Ends with a newline.
 */
export function formatYaml(value: unknown, options: FormatYamlOptions = {}): string {
  return dump(options.keepOrder ? value : sorted(value), {
    schema: schemas.kubectl,
    seqNoIndent: true,
    lineWidth: -1,
    noRefs: true,
    transform: (documents) => {
      for (const { contents } of documents) if (contents) styleAsGo(contents)
    },
  })
}

function styleAsGo(node: Node): void {
  if (node.kind === 'sequence') for (const item of node.items) styleAsGo(item)
  if (node.kind === 'mapping') {
    for (const { key, value } of node.items) {
      styleAsGo(key)
      styleAsGo(value)
    }
  }
  if (node.kind !== 'scalar' || node.tag !== strTag.tagName) return
  const { value } = node
  if (value.includes('\n')) node.style = SCALAR_STYLE.LITERAL_BLOCK
  else if (nulls.has(value) || booleans11.has(value) || goNumber(value) !== undefined || looksLikeTime(value))
    node.style = SCALAR_STYLE.DOUBLE_QUOTED
}

function looksLikeTime(text: string): boolean {
  return (
    /^\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?$/.test(text) ||
    /^[-+]?\d[\d_]*(:[0-5]?\d)+(\.\d*)?$/.test(text) ||
    text === '=' ||
    text === '<<'
  )
}

// Go's strconv with base 0, then its float grammar; underscores are dropped first (yaml.v2 resolve.go).
function goNumber(source: string): number | undefined {
  if (!/^[-+.0-9]/.test(source)) return undefined
  const text = source.replaceAll('_', '')
  const integer = /^([-+]?)(?:(0[xX][0-9a-fA-F]+)|(0[bB][01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/.exec(text)
  if (integer) {
    const [, sign, hex, binary, octal, decimal] = integer
    const magnitude = octal === undefined ? Number(hex ?? binary ?? decimal) : Number.parseInt(octal, 8)
    return sign === '-' ? -magnitude : magnitude
  }
  if (!/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(text)) return undefined
  const float = Number(text)
  return Number.isFinite(float) ? float : undefined
}

function midnightOf(source: string): string | undefined {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(source) ?? []
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T00:00:00Z`
  const time = Date.parse(text)
  // Date rolls the 31st of a shorter month over; such a date is a string.
  const isReal = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text.slice(0, 10))
  return year !== '' && isReal ? text : undefined
}

function schemaWith(booleans: ReadonlyMap<string, boolean>, more: readonly (typeof dateTag)[] = []): Schema {
  const booleanTag = defineScalarTag('tag:yaml.org,2002:bool', {
    implicit: true,
    resolve: (source) => booleans.get(source) ?? NOT_RESOLVED,
    identify: (value) => typeof value === 'boolean',
    represent: String,
  })
  return new Schema([
    strTag,
    seqTag,
    mapTag,
    nullTag,
    booleanTag,
    numberTag,
    floatTag,
    mergeTag,
    binaryAsText,
    anyTag,
    ...more,
  ])
}

function booleanTable(yes: string[], no: string[]): ReadonlyMap<string, boolean> {
  return new Map([...yes.map((word) => [word, true] as const), ...no.map((word) => [word, false] as const)])
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .flatMap((key) => (value[key] === undefined ? [] : [[key, sorted(value[key])]])),
  )
}

function countNodes(value: unknown, file: string, budget: { left: number }): void {
  if (--budget.left < 0)
    throw tooLarge(file, `more than ${limits.yamlNodes} nodes after aliases`, `at most ${limits.yamlNodes}`)
  if (Array.isArray(value)) for (const item of value) countNodes(item, file, budget)
  else if (isObject(value)) for (const item of Object.values(value)) countNodes(item, file, budget)
}
