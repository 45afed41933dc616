#!/usr/bin/env node
// Not in dist/: npm links only commands whose files exist when it installs, which is before the first build of a clone.
import './dist/main.js'
