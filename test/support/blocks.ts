import { readFileSync } from 'node:fs'

/** A fenced block of a document that a reader may copy. */
export interface Block {
  file: string
  /** 1-based line of its fence. */
  line: number
  language: 'sh' | 'yaml'
  text: string
  /** What the comment before it says of how to test it, e.g. `until Watching` for a command that runs on. */
  directive: string
}

/** The shell and YAML blocks of a Markdown document, in order. */
export function blocksOf(path: string, file: string): Block[] {
  const blocks: Block[] = []
  let directive = ''
  let open: Block | undefined
  for (const [index, text] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (open) {
      if (text.trimEnd() === '```') {
        blocks.push(open)
        open = undefined
        directive = ''
      } else open.text += `${text}\n`
      continue
    }
    const language = /^```(sh|yaml)$/.exec(text)?.[1] as Block['language'] | undefined
    if (language) open = { file, line: index + 1, language, text: '', directive }
    else directive = /^<!-- test: (.*) -->$/.exec(text)?.[1] ?? (text.trim() === '' ? directive : '')
  }
  return blocks
}
