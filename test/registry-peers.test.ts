import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  annotationNames,
  listArtifacts,
  pack,
  pullArtifact,
  pushArtifact,
  tagArtifact,
  unpack,
} from '#artifact'
import { type Dialer, digestOf, type Listener, listen, openDialer } from '#base'
import { openLoginFile, openRepository, parseReference, type Repository } from '#oci'
import { createRegistry, diskStore, memoryStore, type RegistryStore } from '#registry'
import { appTree } from '../src/artifact/testdata/app-tree.ts'
import { describeWithPeers, type Peer, peer } from './support/peers.ts'

const metadata = { source: 'https://example.test/app.git', revision: 'main@sha1:abc' }
let folder: string
let dialer: Dialer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-registry-'))
  dialer = openDialer()
})

afterAll(async () => {
  await dialer.close()
  await rm(folder, { recursive: true, force: true })
})

/** Runs a peer in a folder of this test, with no login files but its own. */
async function run(name: Peer, ...args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: folder, DOCKER_CONFIG: folder, XDG_RUNTIME_DIR: folder }
  const { stdout } = await promisify(execFile)(peer(name), args, { cwd: folder, env, timeout: 60_000 })
  return stdout.trim()
}

function repository(host: string, rest: string): Repository {
  return openRepository(parseReference(`${host}/${rest}`), { fetch: dialer.fetch })
}

for (const kind of ['memory', 'disk'] as const) {
  describeWithPeers(`our registry over a ${kind} store`, ['crane', 'oras'], () => {
    let listener: Listener
    let host: string

    beforeEach(async () => {
      const store: RegistryStore =
        kind === 'memory' ? memoryStore() : diskStore(await mkdtemp(join(folder, 'data-')))
      listener = await listen(createRegistry({ store }).handler)
      host = `127.0.0.1:${listener.port}`
    })
    afterEach(() => listener.close())

    test('crane lists, validates, copies and exports what we pushed', async () => {
      const app = repository(host, 'art/app')
      const layer = await pack(appTree())
      const root = await pushArtifact(app, layer, metadata, { tags: ['v1', 'latest'] })
      expect(await run('crane', 'digest', `${host}/art/app:v1`)).toBe(root.digest)
      expect((await run('crane', 'ls', `${host}/art/app`)).split('\n').sort()).toEqual(['latest', 'v1'])
      expect(await run('crane', 'catalog', host)).toBe('art/app')
      await run('crane', 'validate', '--remote', `${host}/art/app:v1`)
      await run('crane', 'copy', `${host}/art/app:v1`, `${host}/copy/app:v2`)
      expect(await run('crane', 'digest', `${host}/copy/app:v2`)).toBe(root.digest)
      await run('crane', 'export', `${host}/copy/app:v2`, 'export.tar')
      const tar = await readFile(join(folder, 'export.tar'))
      expect(digestOf(tar)).toBe(layer.diffId)
      await run('crane', 'tag', `${host}/art/app:v1`, 'stable')
      expect((await repository(host, 'art/app').resolve('stable')).digest).toBe(root.digest)
      await run('crane', 'delete', `${host}/art/app@${root.digest}`)
      await expect(app.resolve('v1')).rejects.toThrow('MANIFEST_UNKNOWN')
    })

    test('crane pushes an image from a layout, and an index, which we pull', async () => {
      await writeFile(join(folder, 'empty.tar'), Buffer.alloc(1024))
      await run('crane', 'append', '--oci-empty-base', '-f', 'empty.tar', '-t', `${host}/img/one:1`)
      await run('crane', 'index', 'append', '-m', `${host}/img/one:1`, '-t', `${host}/img/all:1`)
      await run('crane', 'pull', '--format', 'oci', `${host}/img/all:1`, `layout-${kind}`)
      await run('crane', 'push', `layout-${kind}`, `${host}/img/back:1`, '--index')
      const { manifest } = await repository(host, 'img/all').fetchManifest('1')
      expect('manifests' in manifest && manifest.manifests.length).toBe(1)
    })

    test('oras pushes, pulls, attaches, discovers, and copies with referrers', async () => {
      await mkdir(join(folder, 'in'), { recursive: true })
      await writeFile(join(folder, 'in', 'big.bin'), Buffer.alloc(3_000_000, 'b'))
      await writeFile(join(folder, 'in', 'sbom.json'), '{}')
      await run(
        'oras',
        'push',
        '--plain-http',
        '--artifact-type',
        'application/x-app',
        `${host}/o/app:1,latest`,
        'in/big.bin',
      )
      await run(
        'oras',
        'attach',
        '--plain-http',
        '--artifact-type',
        'application/x-sbom',
        `${host}/o/app:1`,
        'in/sbom.json',
      )
      const seen = await run('oras', 'discover', '--plain-http', '--format', 'json', `${host}/o/app:1`)
      expect(seen).toContain('application/x-sbom')
      await run(
        'oras',
        'cp',
        '-r',
        '--from-plain-http',
        '--to-plain-http',
        `${host}/o/app:1`,
        `${host}/o/copy:1`,
      )
      await rm(join(folder, 'out'), { recursive: true, force: true })
      await run('oras', 'pull', '--plain-http', '-o', 'out', `${host}/o/copy:1`)
      expect((await readFile(join(folder, 'out', 'in', 'big.bin'))).byteLength).toBe(3_000_000)
      expect((await run('oras', 'repo', 'tags', '--plain-http', `${host}/o/app`)).split('\n').sort()).toEqual(
        ['1', 'latest'],
      )
      const copy = repository(host, 'o/copy')
      const { digest } = await copy.resolve('1')
      const [referrer] = await copy.referrers(digest, { artifactType: 'application/x-sbom' })
      expect(referrer?.artifactType).toBe('application/x-sbom')
      expect(await copy.referrers(digest, { artifactType: 'application/x-other' })).toEqual([])
    })

    test('oras logs in with a password, and what it pushes our client pulls with the same login file', async () => {
      const guarded = await listen(createRegistry({ users: { u: 'p' } }).handler)
      try {
        const place = `127.0.0.1:${guarded.port}`
        await writeFile(join(folder, 'secret.txt'), 'behind a login')
        await run('oras', 'login', '--plain-http', '-u', 'u', '-p', 'p', place)
        await run('oras', 'push', '--plain-http', `${place}/org/app:1`, 'secret.txt')
        await run('crane', 'digest', `${place}/org/app:1`)
        const credentials = openLoginFile({ env: { DOCKER_CONFIG: folder } })
        const reference = parseReference(`${place}/org/app:1`)
        const pulled = await pullArtifact(openRepository(reference, { fetch: dialer.fetch, credentials }))
        expect(pulled.layer.size).toBe('behind a login'.length)
        await expect(pullArtifact(openRepository(reference, { fetch: dialer.fetch }))).rejects.toThrow(
          'UNAUTHORIZED',
        )
      } finally {
        await guarded.close()
        await rm(join(folder, 'config.json'), { force: true })
      }
    })

    test('crane and oras say themselves what is not there', async () => {
      await expect(run('crane', 'digest', `${host}/none/app:1`)).rejects.toThrow('MANIFEST_UNKNOWN')
      await expect(run('crane', 'ls', `${host}/none/app`)).rejects.toThrow('NAME_UNKNOWN')
      await expect(run('oras', 'pull', '--plain-http', `${host}/none/app:1`)).rejects.toThrow('not found')
    })
  })
}

describeWithPeers('our client on docker-registry', ['docker-registry', 'crane', 'oras'], () => {
  let host: string
  let stop: () => Promise<void>

  beforeAll(async () => {
    const port = await freePort()
    host = `127.0.0.1:${port}`
    const config = join(folder, 'registry.yml')
    await writeFile(
      config,
      `version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: ${folder}/dr}, delete: {enabled: true}}\nhttp: {addr: "${host}", secret: x}\n`,
    )
    const child = spawn(peer('docker-registry'), ['serve', config], {
      stdio: 'ignore',
      env: { OTEL_TRACES_EXPORTER: 'none' },
    })
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
    stop = async () => {
      child.kill()
      await ended
    }
    await untilUp(`http://${host}/v2/`)
  })
  afterAll(() => stop())

  test('we push, list, tag and pull, and crane exports the same files', async () => {
    const app = repository(host, 'art/app')
    const layer = await pack(appTree())
    const root = await pushArtifact(app, layer, metadata, { tags: ['v1'] })
    const tagged: string[] = []
    await tagArtifact(app, 'v1', ['latest', 'prod'], (tag) => tagged.push(tag))
    expect(tagged).toEqual(['latest', 'prod'])
    const rows = await listArtifacts(app)
    expect(rows.map(({ tag }) => tag)).toEqual(['v1', 'prod', 'latest'])
    expect(rows[0]).toEqual({ artifact: `${host}/art/app:v1`, tag: 'v1', digest: root.digest, ...metadata })
    const pulled = await pullArtifact(app, 'prod')
    expect(pulled.manifest.annotations?.[annotationNames.revision]).toBe(metadata.revision)
    expect((await unpack(pulled.open())).text('sub/ns.yaml')).toContain('kind: Namespace')
    await run('crane', 'validate', '--remote', `${host}/art/app:v1`)
    await run('crane', 'export', `${host}/art/app:v1`, 'dr.tar')
    expect(digestOf(await readFile(join(folder, 'dr.tar')))).toBe(layer.diffId)
  })

  test('a failure has the words that Flux shows', async () => {
    await expect(repository(host, 'art/nope').resolve('1.0.0')).rejects.toThrow(
      `GET http://${host}/v2/art/nope/manifests/1.0.0: MANIFEST_UNKNOWN: manifest unknown; map[Tag:1.0.0]`,
    )
    await expect(repository(host, 'art/nope').tags()).rejects.toThrow(
      `GET http://${host}/v2/art/nope/tags/list?n=1000: NAME_UNKNOWN: repository name not known to registry; map[name:art/nope]`,
    )
  })

  test('a referrer is found by oras and by us through the fallback tag', async () => {
    const app = repository(host, 'ref/app')
    const root = await pushArtifact(app, await pack(appTree()), metadata, { tags: ['1'] })
    const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf('{}'), size: 2 }
    await app.putBlob(empty, () => chunks('{}'))
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'application/x-note',
      config: empty,
      layers: [empty],
      subject: root,
    }
    const bytes = new TextEncoder().encode(JSON.stringify(manifest))
    const note = await app.putManifest(digestOf(bytes), bytes)
    expect((await app.referrers(root.digest)).map(({ digest }) => digest)).toEqual([note.digest])
    expect(await run('oras', 'discover', '--plain-http', `${host}/ref/app:1`)).toContain('application/x-note')
    expect((await listArtifacts(app)).map(({ tag }) => tag)).toEqual(['1'])
  })

  test('what oras pushes there, we pull', async () => {
    await writeFile(join(folder, 'note.txt'), 'a note')
    await run('oras', 'push', '--plain-http', `${host}/oras/note:1`, 'note.txt:text/plain')
    const pulled = await pullArtifact(repository(host, 'oras/note'), '1', { mediaType: 'text/plain' })
    let text = ''
    for await (const chunk of pulled.open()) text += new TextDecoder().decode(chunk)
    expect(text).toBe('a note')
    expect(await readdir(folder)).toContain('note.txt')
  })
})

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function untilUp(url: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    try {
      const response = await dialer.fetch({ method: 'GET', url })
      await response.cancel()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  throw new Error(`${url} did not come up`)
}
