import { expect, test } from 'vitest'
import { proxyFor } from './proxy.ts'

const env = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'example.com, .internal,10.0.0.1:5000' }

test.each([
  ['ghcr.io', 'http://proxy:3128'],
  ['notexample.com', 'http://proxy:3128'],
  ['example.com', undefined],
  ['reg.example.com:5000', undefined],
  ['registry.internal', undefined],
  ['10.0.0.1:5000', undefined],
  ['localhost:5000', undefined],
  ['127.0.0.1:5000', undefined],
  ['[::1]:5000', undefined],
])('%s goes through %s', (registry, proxy) => {
  expect(proxyFor(registry, env)).toBe(proxy)
})
test('without a proxy none is used, and a bare host is one', () => {
  expect(proxyFor('ghcr.io', {})).toBeUndefined()
  expect(proxyFor('ghcr.io', { https_proxy: 'proxy:3128' })).toBe('http://proxy:3128')
  expect(proxyFor('ghcr.io', { HTTPS_PROXY: 'http://p', NO_PROXY: '*' })).toBeUndefined()
})
