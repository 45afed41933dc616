/** 128 and the number of SIGPIPE: what a shell reports of a program that the signal has ended. */
const CLOSED_PIPE = 141

/** `roller-sidecar check | head -1`: once the reader has gone, a command ends, as programs that write to a closed pipe do. */
export function endOnClosedPipe (): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit(CLOSED_PIPE)
    })
  }
}
