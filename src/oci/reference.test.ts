import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SluiceError } from '#base'
import { parseChallenges } from './auth.ts'
import { allowsPlainHttp, isPrivateHost } from './host.ts'
import { formatReference, parseReference, parseRepository, targetOf } from './reference.ts'

const digest = `sha256:${'a'.repeat(64)}`

test.each([
  ['oci://ghcr.io/org/app:v1', 'ghcr.io/org/app:v1', 'v1'],
  ['ghcr.io/org/app', 'ghcr.io/org/app', 'latest'],
  ['localhost/app', 'localhost/app', 'latest'],
  ['localhost:5000/app:1', 'localhost:5000/app:1', '1'],
  ['127.0.0.1:5000/a/b/c', '127.0.0.1:5000/a/b/c', 'latest'],
  ['[::1]:5000/app:1', '[::1]:5000/app:1', '1'],
  ['nginx', 'index.docker.io/library/nginx', 'latest'],
  ['org/app:2', 'index.docker.io/org/app:2', '2'],
  ['docker.io/org/app', 'index.docker.io/org/app', 'latest'],
  [`ghcr.io/org/app@${digest}`, `ghcr.io/org/app@${digest}`, digest],
  [`ghcr.io/org/app:v1@${digest}`, `ghcr.io/org/app:v1@${digest}`, digest],
])('parseReference() reads %s', (text, formatted, target) => {
  const reference = parseReference(text)
  expect(formatReference(reference)).toBe(formatted)
  expect(targetOf(reference)).toBe(target)
})

test.each([
  ['127.0.0.1:5006/x:1', 'repository must be between 2 and 255 characters in length: x'],
  [
    'ghcr.io/Org/app',
    'repository can only contain the characters `abcdefghijklmnopqrstuvwxyz0123456789_-./`: Org/app',
  ],
  ['ghcr.io/org/app:v 1', 'tag can only contain the characters'],
  ['ghcr.io/org/app:', 'tag must be between 1 and 128 characters in length: '],
  ['ghcr.io/org/app@sha256:123', 'digest must be sha256:<64 lower-case hex digits>: sha256:123'],
  ['ghcr.io/../app', 'repository must not have empty, "." or ".." parts: ../app'],
  ['ghcr.io//app', 'repository must not have empty, "." or ".." parts: /app'],
  ['user@host.io/app:1', 'digest must be'],
  ['gh cr.io/org/app', 'registries must be valid RFC 3986 URI authorities: gh cr.io'],
  ['', 'a repository name must be specified'],
])('parseReference() refuses %s and says why', (text, reason) => {
  expect(() => parseReference(text)).toThrow(`could not parse reference: ${text}`)
  try {
    parseReference(text)
  } catch (error) {
    expect((error as SluiceError).code).toBe('REFERENCE_INVALID')
    expect((error as SluiceError).details.reason).toContain(reason)
  }
})

test('parseRepository() refuses a tag in the words that Flux shows', () => {
  expect(() => parseRepository('oci://127.0.0.1:5002/app:1.0.0')).toThrow(
    'repository can only contain the characters `abcdefghijklmnopqrstuvwxyz0123456789_-./`: app:1.0.0',
  )
})

test('private hosts are known in every spelling that a connection would understand', () => {
  for (const host of [
    'localhost',
    'x.localhost:1',
    '127.0.0.1:5',
    '127.1',
    '2130706433',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '[::1]:5',
    '[::ffff:127.0.0.1]',
    '[fd00::1]',
    '[fe80::1]',
    'LOCALHOST',
    '0.0.0.0',
  ])
    expect([host, isPrivateHost(host)]).toEqual([host, true])
  for (const host of [
    'ghcr.io',
    '8.8.8.8',
    '172.32.0.1',
    '[2001:db8::1]',
    'localhost.example.com',
    '127.0.0.1.nip.io',
  ])
    expect([host, isPrivateHost(host)]).toEqual([host, false])
  expect(allowsPlainHttp('192.168.1.1:5000')).toBe(true)
  expect(allowsPlainHttp('169.254.169.254')).toBe(false)
  expect(allowsPlainHttp('ghcr.io')).toBe(false)
})

test('whatever is typed is read or refused with a code, and what is read formats to the same reference', () => {
  const typed = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.stringMatching(/^(oci:\/\/)?[a-z.:@/[\]0-9_-]{0,60}$/),
  )
  fc.assert(
    fc.property(typed, (text) => {
      try {
        const reference = parseReference(text)
        expect(parseReference(formatReference(reference))).toEqual(reference)
        const url = new URL(`http://${reference.registry}/v2/${reference.repository}/x`)
        expect(url.pathname).toBe(`/v2/${reference.repository}/x`)
      } catch (error) {
        expect((error as SluiceError).code).toBe('REFERENCE_INVALID')
      }
      parseChallenges(text)
    }),
    { numRuns: 1000 },
  )
})
