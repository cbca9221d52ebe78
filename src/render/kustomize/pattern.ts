import { RE2JS, RE2JSException } from 're2js'
import { messageOf, SluiceError } from '#base'

/** A test for whole strings by a regular expression in Go's syntax, in linear time. Throws `BUILD_SELECTOR_INVALID`. */
export function patternOf(source: string, what: string): (text: string) => boolean {
  try {
    const compiled = RE2JS.compile(`^(?:${source})$`)
    return (text) => compiled.matcher(text).find()
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    throw new SluiceError(
      'BUILD_SELECTOR_INVALID',
      `Cannot read ${what} ${JSON.stringify(source)}: ${messageOf(error)}, wanted a regular expression`,
      { cause: error },
    )
  }
}
