import { expect, test } from 'vitest'
import {
  type Clock,
  digestOf,
  type Fetch,
  fetchFrom,
  isCode,
  messageOf,
  openDialer,
  readAll,
  SluiceError,
} from '#base'
import { credentialFor } from './credentials.ts'
import { parseReference } from './reference.ts'
import { openRepository, type Repository } from './repository.ts'
import { createTransport, type TransportOptions } from './transport.ts'

type Answer = (request: Request, url: URL) => Response | undefined

const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: { mediaType: 'application/vnd.oci.empty.v1+json', size: 2, digest: digestOf('{}') },
  layers: [],
})
const manifestResponse = (headers: Record<string, string> = {}) =>
  new Response(manifest, {
    headers: {
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
      'content-length': String(manifest.length),
      'docker-content-digest': digestOf(manifest),
      ...headers,
    },
  })

/** A server made of a function, which remembers what was asked and with what authorization. */
function server(answer: Answer): { fetch: Fetch; seen: string[] } {
  const seen: string[] = []
  const fetch = fetchFrom((request) => {
    const url = new URL(request.url)
    const authorization = request.headers.get('authorization')
    seen.push(`${request.method} ${request.url}${authorization === null ? '' : ` [${authorization}]`}`)
    const own = answer(request, url)
    if (own) return own
    return url.pathname === '/v2/' ? new Response('{}') : new Response(null, { status: 404 })
  })
  return { fetch, seen }
}

function turningClock(): Clock & { slept: number[] } {
  let now = 1_700_000_000_000
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    async sleep(ms) {
      slept.push(ms)
      now += ms
    },
    after: () => () => undefined,
  }
}

function open(text: string, options: TransportOptions): Repository {
  return openRepository(parseReference(text), {
    transport: createTransport({ clock: turningClock(), ...options }),
  })
}

const withCode = (code: string) => expect.toSatisfy((error) => isCode(error, code))
const login = credentialFor('reg.example', { kind: 'basic', username: 'u', password: 's3cret-canary' })
const basic = `Basic ${Buffer.from('u:s3cret-canary').toString('base64')}`

test('a Bearer challenge is answered with one token for a scope, for all requests until it ends', async () => {
  const clock = turningClock()
  let tokens = 0
  const { fetch, seen } = server((request, url) => {
    if (url.host === 'auth.example') return Response.json({ token: `t${++tokens}`, expires_in: 100 })
    const authorized = request.headers.get('authorization') === `Bearer t${tokens}` && tokens > 0
    if (!authorized)
      return new Response(null, {
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm="https://auth.example/token",service="reg"' },
      })
    return url.pathname.includes('/manifests/') ? manifestResponse() : undefined
  })
  const repository = open('reg.example/org/app:1', { fetch, clock, credentials: login })
  await repository.resolve()
  await repository.fetchManifest()
  expect(tokens).toBe(1)
  expect(seen[1]).toBe(
    `GET https://auth.example/token?scope=repository%3Aorg%2Fapp%3Apull&service=reg [${basic}]`,
  )
  await clock.sleep(95_000)
  await repository.resolve()
  expect(tokens).toBe(2)
})

test('a token that the registry no longer takes is renewed once, and then its answer stands', async () => {
  let tokens = 0
  const { fetch } = server((_, url) => {
    if (url.host === 'auth.example') return Response.json({ access_token: `t${++tokens}` })
    return new Response('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}', {
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="https://auth.example/token"' },
    })
  })
  await expect(open('reg.example/org/app:1', { fetch }).fetchManifest()).rejects.toThrow(
    'GET https://reg.example/v2/org/app/manifests/1: UNAUTHORIZED: authentication required',
  )
  expect(tokens).toBe(2)
})

test('an identity token is exchanged by POST and never put into a URL', async () => {
  const bodies: Promise<string>[] = []
  const { fetch, seen } = server((request, url) => {
    if (url.host === 'auth.example') {
      bodies.push(request.text())
      return Response.json({ access_token: 'fresh' })
    }
    if (request.headers.get('authorization') === 'Bearer fresh') return manifestResponse()
    return new Response(null, {
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="https://auth.example/token"' },
    })
  })
  const credentials = credentialFor('reg.example', { kind: 'identity', token: 's3cret-canary' })
  await open('reg.example/org/app:1', { fetch, credentials }).fetchManifest()
  expect(await bodies[0]).toContain('refresh_token=s3cret-canary')
  expect(seen.join('\n')).not.toContain('s3cret-canary')
})

test('credentials go to the registry that they are for and to no other', async () => {
  const challenge = { 'www-authenticate': 'Basic realm="r"' }
  const { fetch, seen } = server((request) =>
    request.headers.get('authorization') === basic
      ? manifestResponse()
      : new Response(null, { status: 401, headers: challenge }),
  )
  await open('reg.example/org/app:1', { fetch, credentials: login }).fetchManifest()
  await expect(
    open('other.example/org/app:1', { fetch, credentials: login }).fetchManifest(),
  ).rejects.toThrow(withCode('UNAUTHORIZED'))
  expect(seen.filter((line) => line.includes('other.example') && line.includes('['))).toEqual([])
})

test('a password that the registry does not take is sent once', async () => {
  const challenge = { 'www-authenticate': 'Basic realm="r"' }
  const { fetch, seen } = server(() => new Response(null, { status: 401, headers: challenge }))
  const repository = open('reg.example/org/app:1', { fetch, credentials: login })
  await expect(repository.fetchManifest()).rejects.toThrow(withCode('UNAUTHORIZED'))
  expect(seen.filter((line) => line.includes('[Basic'))).toHaveLength(1)
})

test('a redirect to another origin is followed without credentials, at most five times', async () => {
  const blob = 'content'
  const descriptor = { mediaType: 'x', size: blob.length, digest: digestOf(blob) }
  const { fetch, seen } = server((request, url) => {
    if (url.host === 'storage.example') return new Response(blob)
    if (url.pathname.endsWith('loop'))
      return new Response(null, { status: 302, headers: { location: '/loop' } })
    if (request.headers.get('authorization') !== basic)
      return new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } })
    return new Response(null, {
      status: 307,
      headers: { location: 'https://storage.example/b?X-Sig=s3cret' },
    })
  })
  const repository = open('reg.example/org/app:1', { fetch, credentials: login })
  expect(Buffer.from(await readAll(repository.fetchBlob(descriptor), 100, 'blob')).toString()).toBe(blob)
  expect(seen.at(-1)).toBe('GET https://storage.example/b?X-Sig=s3cret')
  const looping = open('reg.example/org/loop:loop', { fetch, credentials: login })
  await expect(looping.fetchManifest('loop')).rejects.toThrow(withCode('REDIRECT_REFUSED'))
})

test.each([
  ['http://storage.example/b', 'http://'],
  ['https://169.254.169.254/latest', 'private'],
  ['https://localhost:1/b', 'private'],
  ['file:///etc/passwd', 'file://'],
])('a public registry cannot redirect us to %s', async (location, found) => {
  const { fetch, seen } = server((_, url) =>
    url.pathname.includes('manifests')
      ? new Response(null, { status: 307, headers: { location } })
      : undefined,
  )
  await expect(open('reg.example/org/app:1', { fetch }).fetchManifest()).rejects.toThrow(found)
  expect(seen).toHaveLength(2)
})

test.each(['http://auth.example/token', 'https://10.0.0.1/token', 'file:///x', 'nonsense'])(
  'a public registry cannot send our password to %s',
  async (realm) => {
    const { fetch, seen } = server(
      () => new Response(null, { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } }),
    )
    await expect(
      open('reg.example/org/app:1', { fetch, credentials: login }).fetchManifest(),
    ).rejects.toThrow(withCode('CHALLENGE_REFUSED'))
    expect(seen.join('\n')).not.toContain('Basic')
  },
)

test('an overloaded registry is asked again after as long as it says, and given up on in the end', async () => {
  const clock = turningClock()
  let left = 2
  const { fetch } = server((_, url) => {
    if (!url.pathname.includes('manifests')) return undefined
    return left-- > 0
      ? new Response('slow down', { status: 429, headers: { 'retry-after': '7' } })
      : manifestResponse()
  })
  await open('reg.example/org/app:1', { fetch, clock }).fetchManifest()
  expect(clock.slept).toEqual([7000, 7000])
  left = 100
  await expect(open('reg.example/org/app:1', { fetch, clock }).fetchManifest()).rejects.toThrow(
    'GET https://reg.example/v2/org/app/manifests/1: unexpected status code 429 Too Many Requests: slow down',
  )
})

test('a registry that is down is said to be down at once, in the words of Go, for each scheme that was tried', async () => {
  const dialer = openDialer()
  const clock = turningClock()
  try {
    await expect(open('127.0.0.1:1/org/app:1', { fetch: dialer.fetch, clock }).resolve()).rejects.toThrow(
      'Get "https://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused; ' +
        'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
    )
    expect(clock.slept).toEqual([])
  } finally {
    await dialer.close()
  }
})

test('plain HTTP is tried only where it is allowed', async () => {
  const tried = async (text: string, insecure: boolean) => {
    const seen: string[] = []
    const fetch: Fetch = async ({ url }) => {
      seen.push(new URL(url).protocol)
      throw new SluiceError('CONNECTION_FAILED', 'Cannot reach it: down', { retryable: true })
    }
    await open(text, { fetch, insecure, attempts: 1 })
      .resolve()
      .catch(() => undefined)
    return seen
  }
  expect(await tried('reg.example/org/app', false)).toEqual(['https:'])
  expect(await tried('reg.example/org/app', true)).toEqual(['https:', 'http:'])
  expect(await tried('10.0.0.1:5000/org/app', false)).toEqual(['https:', 'http:'])
})

test('a manifest that does not have its digest is refused, by tag as by digest', async () => {
  const wrong = digestOf('something else')
  const { fetch } = server((_, url) =>
    url.pathname.includes('manifests') ? manifestResponse({ 'docker-content-digest': wrong }) : undefined,
  )
  const repository = open('reg.example/org/app:1', { fetch })
  await expect(repository.fetchManifest()).rejects.toThrow(withCode('DIGEST_MISMATCH'))
  await expect(repository.fetchManifest(wrong)).rejects.toThrow(withCode('DIGEST_MISMATCH'))
  await expect(repository.resolve(digestOf(manifest))).rejects.toThrow(withCode('DIGEST_MISMATCH'))
})

test.each([
  'nonsense',
  '[]',
  '{"schemaVersion":1}',
  '{"schemaVersion":2}',
  '{"schemaVersion":2,"config":{},"layers":[]}',
])('a manifest that is %s is refused', async (text) => {
  const { fetch } = server((_, url) => (url.pathname.includes('manifests') ? new Response(text) : undefined))
  await expect(open('reg.example/org/app:1', { fetch }).fetchManifest()).rejects.toThrow(
    withCode('MANIFEST_INVALID'),
  )
})

test('resolve() falls back to GET when HEAD is refused or lacks its headers', async () => {
  for (const head of [new Response(null, { status: 405 }), new Response(null, { status: 200 })]) {
    const { fetch } = server((request, url) => {
      if (!url.pathname.includes('manifests')) return undefined
      return request.method === 'HEAD' ? head : manifestResponse()
    })
    expect((await open('reg.example/org/app:1', { fetch }).resolve()).digest).toBe(digestOf(manifest))
  }
})

const blob = Buffer.from('0123456789'.repeat(1000))
const descriptor = { mediaType: 'x', size: blob.byteLength, digest: digestOf(blob) }
const blobOnly =
  (answer: (request: Request) => Response): Answer =>
  (request, url) =>
    url.pathname.includes('/blobs/') ? answer(request) : undefined
const received = async (repository: Repository, wanted = descriptor) => {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of repository.fetchBlob(wanted)) chunks.push(chunk)
    return { bytes: Buffer.concat(chunks) }
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error }
  }
}

test('a blob with one wrong byte is never handed out whole', async () => {
  const wrong = Buffer.from(blob)
  wrong[9999] = 0
  const { fetch } = server(blobOnly(() => new Response(wrong)))
  const { bytes, error } = await received(open('reg.example/org/app:1', { fetch }))
  expect(isCode(error, 'DIGEST_MISMATCH')).toBe(true)
  expect(bytes.byteLength).toBeLessThan(blob.byteLength)
})

test('a blob that is too long, or announced to be, is refused', async () => {
  for (const headers of [{ 'content-length': '20000' }, {} as Record<string, string>]) {
    const { fetch } = server(blobOnly(() => new Response(Buffer.concat([blob, blob]), { headers })))
    const { error } = await received(open('reg.example/org/app:1', { fetch }))
    expect(isCode(error, 'SIZE_MISMATCH')).toBe(true)
  }
})

test('a blob that is cut short is resumed by range, also by a server that ignores ranges', async () => {
  for (const ranges of [true, false]) {
    let asked = 0
    const { fetch } = server(
      blobOnly((request) => {
        const start = Number(/^bytes=(\d+)-$/.exec(request.headers.get('range') ?? '')?.[1] ?? 0)
        if (++asked < 3)
          return new Response(blob.subarray(ranges ? start : 0, 4000 * asked), {
            status: start > 0 && ranges ? 206 : 200,
            headers: { 'content-range': `bytes ${start}-9999/10000` },
          })
        return new Response(blob.subarray(ranges ? start : 0), {
          status: ranges ? 206 : 200,
          headers: { 'content-range': `bytes ${start}-9999/10000` },
        })
      }),
    )
    const { bytes, error } = await received(open('reg.example/org/app:1', { fetch }))
    expect(error).toBeUndefined()
    expect(bytes.equals(blob)).toBe(true)
    expect(asked).toBe(3)
  }
})

test('a blob that stays cut short ends in an error', async () => {
  const { fetch } = server(blobOnly(() => new Response(blob.subarray(0, 10))))
  const { error } = await received(open('reg.example/org/app:1', { fetch }))
  expect(isCode(error, 'SIZE_MISMATCH')).toBe(true)
})

test('an upload that fails is started anew, and one that is not taken ends in the registry’s words', async () => {
  let puts = 0
  const { fetch, seen } = server((request, url) => {
    if (url.pathname === '/v2/' || request.method === 'HEAD') return undefined
    if (request.method === 'POST')
      return new Response(null, {
        status: 202,
        headers: { location: `/v2/org/app/blobs/uploads/${puts}?_state=s3cret` },
      })
    return ++puts === 1 ? new Response(null, { status: 502 }) : new Response(null, { status: 201 })
  })
  const opened: number[] = []
  const result = await open('reg.example/org/app:1', { fetch }).putBlob(descriptor, async function* () {
    opened.push(1)
    yield blob
  })
  expect([result, opened.length]).toEqual(['uploaded', 2])
  expect(seen.at(-1)).toContain('/uploads/1?_state=s3cret&digest=sha256')
  const denied = server((request) =>
    request.method === 'PUT'
      ? new Response(null, { status: 403 })
      : request.method === 'POST'
        ? new Response(null, { status: 202, headers: { location: '/up?_state=s3cret' } })
        : undefined,
  )
  const failure = await open('reg.example/org/app:1', { fetch: denied.fetch })
    .putBlob(descriptor, async function* () {
      yield blob
    })
    .catch((error: unknown) => error)
  expect(isCode(failure, 'DENIED')).toBe(true)
  expect(messageOf(failure)).not.toContain('s3cret')
})

test('tags are collected over pages; a next page elsewhere, or one without end, is refused', async () => {
  const paged = (link: (n: number) => string) =>
    server((_, url) => {
      if (!url.pathname.endsWith('/tags/list')) return undefined
      const n = Number(url.searchParams.get('last') ?? 0)
      return Response.json({ name: 'x', tags: [`t${n}`] }, { headers: n < 2 ? { link: link(n + 1) } : {} })
    }).fetch
  const good = paged((n) => `</v2/org/app/tags/list?last=${n}&n=1000>; rel="next"`)
  expect(await open('reg.example/org/app', { fetch: good }).tags()).toEqual(['t0', 't1', 't2'])
  const elsewhere = paged((n) => `<https://evil.example/v2/org/app/tags/list?last=${n}>; rel="next"`)
  await expect(open('reg.example/org/app', { fetch: elsewhere }).tags()).rejects.toThrow(
    withCode('LISTING_INVALID'),
  )
  let page = 0
  const endless = server((_, url) =>
    url.pathname.endsWith('/tags/list')
      ? Response.json(
          { tags: [] },
          { headers: { link: `</v2/org/app/tags/list?last=${page++}>; rel="next"` } },
        )
      : undefined,
  ).fetch
  await expect(open('reg.example/org/app', { fetch: endless }).tags()).rejects.toThrow(
    withCode('LIMIT_EXCEEDED'),
  )
})

test('an error body may be huge, several errors, or no JSON', async () => {
  const failing = (body: string) =>
    open('reg.example/org/app:1', {
      fetch: server((_, url) =>
        url.pathname.includes('manifests') ? new Response(body, { status: 400 }) : undefined,
      ).fetch,
    }).fetchManifest()
  await expect(failing('x'.repeat(1_000_000))).rejects.toThrow(/unexpected status code 400 Bad Request$/)
  await expect(
    failing('{"errors":[{"code":"A","message":"a"},{"code":"MANIFEST_INVALID","message":"b"}]}'),
  ).rejects.toThrow('multiple errors returned: A: a; MANIFEST_INVALID: b')
  const detail = '[{"Type":"repository","Class":"","Name":"app","Action":"pull"}]'
  await expect(
    failing(`{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":${detail}}]}`),
  ).rejects.toThrow(
    'UNAUTHORIZED: authentication required; [map[Action:pull Class: Name:app Type:repository]]',
  )
  await expect(failing('oops')).rejects.toThrow('unexpected status code 400 Bad Request: oops')
})
