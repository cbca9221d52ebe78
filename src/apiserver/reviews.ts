import { isObject } from '#base'
import { acceptanceOf, type BodySource, objectBodyOf } from './request.ts'
import { respondValue } from './respond.ts'
import { methodNotAllowed } from './status-error.ts'

const kind = 'SelfSubjectAccessReview'

/** Answers whether the caller may do something: whoever has the token may do everything. Undefined for other paths. */
export function reviewAccess(
  source: BodySource,
  group: string,
  path: string[],
): Promise<Response> | undefined {
  if (group !== 'authorization.k8s.io' || path.length !== 1 || path[0] !== 'selfsubjectaccessreviews')
    return undefined
  return review(source, group)
}

async function review(source: BodySource, group: string): Promise<Response> {
  const { http } = source
  if (http.method !== 'POST')
    throw methodNotAllowed({ group, resource: 'selfsubjectaccessreviews' }, http.method)
  const body = await objectBodyOf(source, kind)
  const answer = {
    kind,
    apiVersion: 'authorization.k8s.io/v1',
    metadata: isObject(body['metadata']) ? body['metadata'] : {},
    spec: body['spec'] ?? {},
    status: { allowed: true, reason: 'the embedded API server has no authorization' },
  }
  return respondValue({ accept: acceptanceOf(http) }, answer, 201)
}
