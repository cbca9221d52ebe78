import { expect, test } from 'vitest'
import { evaluateJsonPath } from './jsonpath.ts'

const data = {
  spec: { 'a.b': 1, list: [10, 20, 30, 40], images: [{ name: 'x' }, { name: 'y' }] },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', age: 3 },
      { type: 'Other', status: 'False', age: 7 },
    ],
  },
}

test.each([
  ['.spec.list[0]', [10]],
  ['.spec.list[-1]', [40]],
  ['.spec.list[1:3]', [20, 30]],
  ['.spec.list[*]', [10, 20, 30, 40]],
  ["{.spec['a.b']}", [1]],
  ['.spec.a\\.b', [1]],
  ['.spec.images[*].name', ['x', 'y']],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  ["$.status.conditions[?(@.type=='Ready')].status", ['True']],
  ['.status.conditions[?(@.age>5)].type', ['Other']],
  ['..name', ['x', 'y']],
  ['.missing.deeply', []],
  ['.spec[', []],
])('%s', (path, found) => {
  expect(evaluateJsonPath(data, path)).toEqual(found)
})
