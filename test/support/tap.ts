/** tap for test files: its root in a file that runs alone, the file's own subtest in a group of files. */
import root, { type Test } from 'tap'

export type { Test }

/* Live bindings: a file's root changes from file to file in a group, and files run one after another. */
let current: Test = root
let { test } = root

export { current as default, test }

/** From here on, imported files are subtests of this one. */
export function setRoot (file: Test): void {
  current = file
  test = file.test.bind(file)
}
