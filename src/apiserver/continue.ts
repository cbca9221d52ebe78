import { isObject } from '#base'
import { badRequest } from './status-error.ts'

/** Where the next page of a list starts. */
export interface ContinueToken {
  /** The revision whose state the list shows. */
  revision: number
  /** `<namespace>/<name>` of the last object of the page before. */
  after: string
}

/** The token as the opaque text that clients send back. */
export function formatContinue({ revision, after }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, after })).toString('base64url')
}

/** Reads a token; throws 400. */
export function parseContinue(text: string): ContinueToken {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (isObject(token) && Number.isSafeInteger(token['rv']) && typeof token['after'] === 'string')
      return { revision: Number(token['rv']), after: token['after'] }
  } catch {
    // Told below.
  }
  throw badRequest('invalid continue token: the continue key is not valid')
}
