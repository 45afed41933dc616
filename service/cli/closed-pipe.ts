/** `roller-sidecar check | head -1`: once the reader has gone, a command ends, as programs that write to a closed pipe do. */

/** 128 and the number of SIGPIPE: what a shell reports of a program that the signal has ended. */
const CLOSED_PIPE = 141

/** @returns undoes it: a server goes on without its reader */
export function endOnClosedPipe (): () => void {
  const streams = [process.stdout, process.stderr]
  for (const stream of streams) stream.on('error', end)
  return () => { for (const stream of streams) stream.off('error', end) }
}

function end (error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(CLOSED_PIPE)
}
