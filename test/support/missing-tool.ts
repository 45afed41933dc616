/** A program that a whole test file needs is not on this machine: outside CI the file is skipped. */
export class MissingTool extends Error {
  constructor (name: string) { super(`${name} is not installed`) }
}
