#!/usr/bin/env node
// Not in dist/: npm links only commands whose files exist when it installs, which is before the first build of a clone.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 20)) {
  process.stderr.write(`roller-sandbox needs Node.js 20.20 or newer. This is ${process.versions.node}.\n`)
  process.exit(1)
}
// After the check: an older Node.js cannot load it.
await import('./dist/main.js')
