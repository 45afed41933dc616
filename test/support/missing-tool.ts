/** A program that a test file needs is missing on this machine: outside CI the file is skipped. */
export class MissingTool extends Error {
  constructor (name: string) { super(`${name} is not installed`) }
}
