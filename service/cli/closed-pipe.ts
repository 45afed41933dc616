/** 128 plus the number of SIGPIPE: a shell's exit code for a program that the signal ended. */
const CLOSED_PIPE = 141

/** `roller-sidecar check | head -1`: ends the command when the reader closes the pipe, as other programs do. */
export function endOnClosedPipe (): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit(CLOSED_PIPE)
    })
  }
}
