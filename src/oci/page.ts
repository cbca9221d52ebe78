import { isObject, limits, readAll, SluiceError, tooLarge } from '#base'
import type { RegistryResponse } from './transport.ts'

/** Every item of a listing in pages that follow one another by `Link` (distribution-spec, "Listing Tags"). */
export async function readPages<T>(
  first: string,
  what: string,
  send: (path: string) => Promise<RegistryResponse>,
  read: (page: Record<string, unknown>) => T[],
): Promise<T[]> {
  const items: T[] = []
  let path: string | undefined = first
  for (let page = 0; path !== undefined; page++) {
    if (page >= limits.listPages)
      throw tooLarge(what, `more than ${limits.listPages} pages`, `at most ${limits.listPages}`)
    const response = await send(path)
    const bytes = await readAll(response.body, limits.manifestBytes, what)
    items.push(...read(parsePage(bytes, what)))
    path = nextPage(response, what)
  }
  return items
}

function parsePage(bytes: Uint8Array, what: string): Record<string, unknown> {
  try {
    const page: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (isObject(page)) return page
  } catch (cause) {
    throw new SluiceError('LISTING_INVALID', `Cannot read ${what}: found no JSON, wanted a listing`, {
      cause,
    })
  }
  throw new SluiceError('LISTING_INVALID', `Cannot read ${what}: found no JSON object, wanted a listing`)
}

function nextPage(response: RegistryResponse, what: string): string | undefined {
  const link = response.header('link')
  const target = link === undefined ? undefined : /<([^>]*)>\s*;\s*rel="?next"?/i.exec(link)?.[1]
  if (target === undefined) return undefined
  const url = URL.canParse(target, response.url) ? new URL(target, response.url) : undefined
  // The next page is asked for with our credentials, so it must be on the same server.
  if (url?.origin !== new URL(response.url).origin || url.href === response.url)
    throw new SluiceError(
      'LISTING_INVALID',
      `Cannot read ${what}: found a next page that is elsewhere or the same, wanted a page of this registry`,
    )
  return url.pathname + url.search
}
