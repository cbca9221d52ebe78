import { limits, SluiceError } from '#base'
import { type Caller, signalOf } from './caller.ts'
import type { KindRef, WatchEvent, WatchOptions } from './cluster.ts'
import { selectors } from './paths.ts'
import { errorOfStatus } from './status-error.ts'

/** Watches a collection's path; ends when the server ends it, throws `KUBE_EXPIRED` when the version is too old. */
export async function* watchPath(
  caller: Caller,
  target: { path: string; kind: KindRef },
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const { path, kind } = target
  const query = {
    ...selectors(kind),
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: options.resourceVersion,
    ...(options.timeoutSeconds === undefined ? {} : { timeoutSeconds: String(options.timeoutSeconds) }),
  }
  const response = await caller({ method: 'GET', path, query, idleTimeout: 0, ...signalOf(options) })
  for await (const line of linesOf(response.body)) {
    const event = JSON.parse(line) as
      | WatchEvent
      | { type: 'ERROR'; object: Parameters<typeof errorOfStatus>[0] }
    if (event.type === 'ERROR') throw errorOfStatus(event.object)
    yield event
  }
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    let start = 0
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
      if (end > start) yield rest.slice(start, end)
      start = end + 1
    }
    rest = rest.slice(start)
    if (rest.length > limits.yamlBytes)
      throw new SluiceError(
        'LIMIT_EXCEEDED',
        `Cannot read watch event: found more than ${limits.yamlBytes} bytes on a line`,
      )
  }
}
