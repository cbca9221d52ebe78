import { Command } from 'commander'
import { expect, test } from 'vitest'
import { isCode } from '#base'
import { readArguments } from './arguments.ts'

function program(): Command {
  const root = new Command('flux').option('-n, --namespace <name>').option('--timeout <time>')
  const get = root.command('get')
  get
    .command('kustomization')
    .alias('ks')
    .argument('[name]')
    .option('-A, --all-namespaces')
    .option('-w, --watch')
    .option('--no-header')
    .option('--wait')
    .option('--no-wait')
    .option('-l, --label-selector <selector>')
  get.command('sources').command('oci').argument('[name]').option('-A, --all-namespaces')
  root.command('run').option('--no-watch-all-namespaces')
  root.command('up').argument('<dir>')
  return root
}

const read = (line: string): string => readArguments(program(), line === '' ? [] : line.split(' ')).join(' ')

test.each([
  ['get ks app', 'get kustomization -- app'],
  ['get ks app -n cli', '--namespace=cli get kustomization -- app'],
  ['-n cli get ks', '--namespace=cli get kustomization --'],
  ['-ncli get ks -Aw', '--namespace=cli get kustomization --all-namespaces --watch --'],
  ['get -n=cli ks', '--namespace=cli get kustomization --'],
  ['get -A sources oci', 'get sources oci --all-namespaces --'],
  ['get -Awl a=b ks', 'get kustomization --all-namespaces --watch --label-selector=a=b --'],
  ['get ks -A=false', 'get kustomization --'],
  ['get ks -A --all-namespaces=false', 'get kustomization --'],
  ['get ks --wait --wait=false', 'get kustomization --no-wait --'],
  ['get ks --no-header', 'get kustomization --no-header --'],
  ['get ks --no-header=false', 'get kustomization --'],
  ['get ks -l --watch', 'get kustomization --label-selector=--watch --'],
  ['get ks -- --watch', 'get kustomization -- --watch'],
  ['get ks - ', 'get kustomization -- - '],
  ['run --watch-all-namespaces=false', 'run --no-watch-all-namespaces --'],
  ['run --watch-all-namespaces=true', 'run --'],
  ['run --watch-all-namespaces', 'run --'],
  ['get', 'get --help'],
  ['get ks app --help', 'get kustomization --help'],
  ['-h', '--help'],
  ['', ''],
])('%s is read as %s', (line, wanted) => {
  expect(read(line.trimEnd())).toBe(wanted.trimEnd())
})

test.each([
  ['nope', 'COMMAND_UNKNOWN', 'unknown command "nope" for "flux"'],
  ['gte', 'COMMAND_UNKNOWN', 'unknown command "gte" for "flux"\n\nDid you mean this?\n\tget\n'],
  ['get bogus', 'COMMAND_UNKNOWN', 'unknown command "bogus" for "flux get"'],
  ['run x', 'COMMAND_UNKNOWN', 'unknown command "x" for "flux run"'],
  ['get ks --x', 'FLAG_UNKNOWN', 'unknown flag: --x'],
  ['get ks --x=1', 'FLAG_UNKNOWN', 'unknown flag: --x'],
  ['get ks -Ax', 'FLAG_UNKNOWN', "unknown shorthand flag: 'x' in -Ax"],
  ['run -A', 'FLAG_UNKNOWN', "unknown shorthand flag: 'A' in -A"],
  ['get ks --namespace', 'FLAG_INVALID', 'flag needs an argument: --namespace'],
  ['get ks -n', 'FLAG_INVALID', "flag needs an argument: 'n' in -n"],
  [
    'get ks --watch=maybe',
    'FLAG_INVALID',
    'invalid argument "maybe" for "-w, --watch" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  ['get ks a b', 'ARGUMENTS_INVALID', 'accepts at most 1 arg(s), received 2'],
  ['up', 'ARGUMENTS_INVALID', 'accepts 1 arg(s), received 0'],
  ['up a b', 'ARGUMENTS_INVALID', 'accepts 1 arg(s), received 2'],
])('%s is refused with %s', (line, code, message) => {
  expect(() => read(line)).toThrow(
    expect.toSatisfy((error) => isCode(error, code) && error.message === message),
  )
})
